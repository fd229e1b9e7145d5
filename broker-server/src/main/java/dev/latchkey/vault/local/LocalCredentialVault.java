package dev.latchkey.vault.local;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The local store. Its writes are never part of a caller's transaction: like a write to a vault elsewhere they are done
 * when the method returns, whatever becomes of the caller.
 */
@ApplicationScoped
@Identifier("local")
@Transactional(Transactional.TxType.NOT_SUPPORTED)
final class LocalCredentialVault implements CredentialVault {

    private static final Logger LOG = Logger.getLogger(LocalCredentialVault.class);
    private static final VaultPath PROBE = VaultPath.installation("probe");

    private final VaultTable table;
    private final Keyring keyring;

    LocalCredentialVault(VaultTable table, Keyring keyring) {
        this.table = table;
        this.keyring = keyring;
    }

    @Override
    public Optional<StoredRecord> read(VaultPath path) {
        try {
            return keyring.use(keys -> {
                Optional<VaultTable.Row> row = table.current(path);
                if (row.isEmpty()) {
                    return Optional.empty();
                }
                int version = row.get().version();
                SecretFields fields =
                        RecordCipher.decrypt(keys, path, version, row.get().ciphertext());
                return Optional.of(new StoredRecord(fields, version));
            });
        } catch (GeneralSecurityException | IOException e) {
            LOG.errorf(e, "Record %s does not decrypt: it was changed, moved, or its key is gone.", path.value());
            throw unavailable(e);
        } catch (Exception e) {
            throw unavailable(e);
        }
    }

    @Override
    public int write(VaultPath path, SecretFields fields, int expectedVersion) throws VersionConflictException {
        fields.requireStorable();
        int next = expectedVersion + 1;
        try {
            boolean written =
                    keyring.use(keys -> insert(path, expectedVersion, RecordCipher.encrypt(keys, path, next, fields)));
            if (written) {
                return next;
            }
        } catch (Exception e) {
            throw unavailable(e);
        }
        throw new VersionConflictException(path, expectedVersion);
    }

    /** Whether exactly this ciphertext is there now, also when the database's answer to the commit was lost. */
    private boolean insert(VaultPath path, int expectedVersion, byte[] ciphertext) throws SQLException {
        try {
            return table.insert(path, expectedVersion, ciphertext);
        } catch (SQLException lost) {
            Optional<VaultTable.Row> now = table.currentAfterOthers(path);
            if (now.isPresent() && Arrays.equals(now.get().ciphertext(), ciphertext)) {
                return true;
            }
            if (now.map(VaultTable.Row::version).orElse(ABSENT) == expectedVersion) {
                throw lost;
            }
            return false;
        }
    }

    @Override
    public void destroy(VaultPath path) {
        try {
            table.delete(path);
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    @Override
    public void checkUsable() {
        boolean usable;
        try {
            usable = table.isWritable()
                    && keyring.use(keys -> {
                        SecretFields probe = SecretFields.of("probe", Secret.of("probe"));
                        byte[] ciphertext = RecordCipher.encrypt(keys, PROBE, 1, probe);
                        return RecordCipher.decrypt(keys, PROBE, 1, ciphertext).equals(probe);
                    });
        } catch (Exception e) {
            throw unavailable(e);
        }
        if (!usable) {
            throw unavailable(null);
        }
    }

    private static BrokerException unavailable(@Nullable Exception cause) {
        return new BrokerException(ProblemType.VAULT_UNAVAILABLE, "The secret store cannot be used.", cause);
    }
}
