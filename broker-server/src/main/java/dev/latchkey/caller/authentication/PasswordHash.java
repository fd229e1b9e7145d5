package dev.latchkey.caller.authentication;

import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A password as it is stored: PBKDF2-HMAC-SHA256 with as many rounds as OWASP asks for, salted. Immutable.
 *
 * @param text {@code pbkdf2-sha256$rounds$salt$hash}
 */
record PasswordHash(String text) {

    private static final String ALGORITHM = "pbkdf2-sha256";
    private static final int ROUNDS = 600_000;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BITS = 256;

    /** Hashes with a fresh salt; takes a good part of a second. */
    static PasswordHash of(Secret secret, SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        Base64.Encoder base64 = Base64.getEncoder();
        return new PasswordHash(ALGORITHM + "$" + ROUNDS + "$" + base64.encodeToString(salt) + "$"
                + base64.encodeToString(derive(secret, salt, ROUNDS)));
    }

    /** Whether it is the hash of the given password; takes as long whatever the answer is. */
    boolean matches(Secret secret) {
        String[] parts = text.split("\\$", -1);
        if (parts.length != 4 || !parts[0].equals(ALGORITHM)) {
            return false;
        }
        byte[] salt = Base64.getDecoder().decode(parts[2]);
        byte[] expected = Base64.getDecoder().decode(parts[3]);
        return MessageDigest.isEqual(expected, derive(secret, salt, Integer.parseInt(parts[1])));
    }

    private static byte[] derive(Secret secret, byte[] salt, int rounds) {
        PBEKeySpec spec = new PBEKeySpec(secret.reveal(Purpose.DIGEST).toCharArray(), salt, rounds, HASH_BITS);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has PBKDF2", e);
        } finally {
            spec.clearPassword();
        }
    }
}
