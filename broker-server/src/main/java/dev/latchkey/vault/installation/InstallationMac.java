package dev.latchkey.vault.installation;

import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.VaultPath;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * HMAC-SHA-256 under a key that is made on first use, kept in the vault, and held in memory from then on. All processes
 * of an installation come to the same key. Thread-safe.
 */
final class InstallationMac {

    private static final String ALGORITHM = "HmacSHA256";

    private final InstallationKey kept;
    private volatile @Nullable SecretKeySpec key;

    /** Each path has a key of its own. */
    InstallationMac(CredentialVault vault, SecretGenerator generator, VaultPath path) {
        this.kept = new InstallationKey(vault, generator, path);
    }

    /** The 32 bytes for the UTF-8 form of the text. */
    byte[] of(String text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key());
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
        }
    }

    private SecretKeySpec key() {
        SecretKeySpec known = key;
        if (known == null) {
            known = new SecretKeySpec(
                    Base64.getUrlDecoder().decode(kept.readOrMake().reveal(Purpose.DIGEST)), ALGORITHM);
            key = known;
        }
        return known;
    }
}
