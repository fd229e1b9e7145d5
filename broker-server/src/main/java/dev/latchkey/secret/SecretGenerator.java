package dev.latchkey.secret;

import java.security.SecureRandom;
import java.util.Base64;

/** Makes new secrets from the platform's DRBG. Thread-safe. */
public final class SecretGenerator {

    private static final int BYTES = 32;

    private final SecureRandom random;

    /** Uses the given source; tests may pass a seeded one. */
    public SecretGenerator(SecureRandom random) {
        this.random = random;
    }

    /** 256 random bits as 43 characters of base64url. */
    public Secret next() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }
}
