package dev.latchkey.vault.local;

import dev.latchkey.secret.OwnerOnlyFile;
import dev.latchkey.vault.VaultConfig;
import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.sql.SQLException;

/** Opens the keyset and the table of the local store, once. */
@ApplicationScoped
final class LocalVaultParts {

    @Produces
    @Singleton
    VaultTable table(@DataSource("vault") AgroalDataSource pool) {
        return new VaultTable(pool);
    }

    @Produces
    @Singleton
    Keyring keyring(VaultConfig config, VaultTable table) throws IOException, GeneralSecurityException, SQLException {
        return open(new OwnerOnlyFile(config.keyset().toAbsolutePath()), table);
    }

    /** A new keyset only beside an empty store: it could not decrypt what is there, and would hide that the old is lost. */
    static Keyring open(OwnerOnlyFile file, VaultTable table)
            throws IOException, GeneralSecurityException, SQLException {
        if (file.exists()) {
            return Keyring.open(file);
        }
        if (!table.isEmpty()) {
            throw new IllegalStateException(
                    "latchkey.vault.keyset: there is no " + file.path() + ", but there are records under its keys");
        }
        return Keyring.create(file);
    }
}
