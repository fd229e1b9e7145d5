package dev.latchkey.vault.installation;

import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.VaultPath;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Base64;

/**
 * Names that nobody can guess and that need not be stored, since they can be made again: HMAC-SHA-256 under a key of this
 * installation, which the database does not hold. Thread-safe.
 */
@ApplicationScoped
public final class UnguessableNames {

    private final InstallationMac mac;

    UnguessableNames(CredentialVault vault, SecretGenerator generator) {
        this.mac = new InstallationMac(vault, generator, VaultPath.installation("name-key"));
    }

    /** The name that belongs to the text, always the same: 43 characters of base64url, 256 bits. */
    public String of(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(mac.of(text));
    }
}
