package dev.latchkey.vault.installation;

import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import java.util.Optional;

/**
 * A key that is made on first use and kept in the vault. All processes of an installation come to the same one.
 * Thread-safe; each call asks the vault.
 */
final class InstallationKey {

    private static final String FIELD = "key";

    private final CredentialVault vault;
    private final SecretGenerator generator;
    private final VaultPath path;

    /** Each path has a key of its own. */
    InstallationKey(CredentialVault vault, SecretGenerator generator, VaultPath path) {
        this.vault = vault;
        this.generator = generator;
        this.path = path;
    }

    /** The key, as 32 bytes in the URL-safe alphabet of Base64. */
    Secret readOrMake() {
        Optional<Secret> kept = read();
        if (kept.isPresent()) {
            return kept.get();
        }
        Secret made = generator.next();
        try {
            vault.write(path, SecretFields.of(FIELD, made), CredentialVault.ABSENT);
            return made;
        } catch (VersionConflictException e) {
            // Somebody was faster; theirs is the key.
            return read().orElseThrow(() -> new IllegalStateException("a key of the installation was destroyed", e));
        }
    }

    private Optional<Secret> read() {
        return vault.read(path).flatMap(stored -> stored.fields().get(FIELD));
    }
}
