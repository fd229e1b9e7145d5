package dev.latchkey.vault;

import dev.latchkey.secret.Fingerprinter;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Fingerprints under a key that is made on first use, kept in the vault, and held in memory from then on. All processes
 * of an installation come to the same key.
 */
@ApplicationScoped
final class VaultFingerprinter implements Fingerprinter {

    private static final VaultPath PATH = VaultPath.installation("fingerprint-key");
    private static final String FIELD = "key";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 16;

    private final CredentialVault vault;
    private final SecretGenerator generator;
    private volatile @Nullable SecretKeySpec key;

    VaultFingerprinter(CredentialVault vault, SecretGenerator generator) {
        this.vault = vault;
        this.generator = generator;
    }

    @Override
    public String fingerprint(Secret secret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key());
            byte[] mark = mac.doFinal(secret.reveal(Purpose.DIGEST).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(mark, 0, BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
        }
    }

    private SecretKeySpec key() {
        SecretKeySpec known = key;
        if (known == null) {
            known = new SecretKeySpec(Base64.getUrlDecoder().decode(readOrMake().reveal(Purpose.DIGEST)), ALGORITHM);
            key = known;
        }
        return known;
    }

    private Secret readOrMake() {
        Optional<Secret> kept = read();
        if (kept.isPresent()) {
            return kept.get();
        }
        Secret made = generator.next();
        try {
            vault.write(PATH, SecretFields.of(FIELD, made), CredentialVault.ABSENT);
            return made;
        } catch (VersionConflictException e) {
            // Somebody was faster; theirs is the key.
            return read().orElseThrow(() -> new IllegalStateException("the fingerprint key was destroyed", e));
        }
    }

    private Optional<Secret> read() {
        return vault.read(PATH).flatMap(stored -> stored.fields().get(FIELD));
    }
}
