package dev.latchkey.secret;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A secret text: a token, a password, a key. Prints as {@code [secret]}, compares in constant time, is refused by
 * Jackson (it has no property and no creator) and is read only by {@link #reveal(Purpose)}. Immutable.
 */
public final class Secret {

    private final String value;

    /** Without the annotation Jackson would find a constructor of one text, private or not. */
    @JsonCreator(mode = JsonCreator.Mode.DISABLED)
    private Secret(String value) {
        this.value = value;
    }

    /** Wraps a non-empty text; throws {@link IllegalArgumentException} for an empty one. */
    public static Secret of(String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("an empty text is no secret");
        }
        return new Secret(value);
    }

    /** The bare value. Callable only from the packages that an architecture rule lists. */
    public String reveal(Purpose purpose) {
        return value;
    }

    /** SHA-256 of the UTF-8 form; for secrets of at least 128 random bits only, since it is not salted. */
    public byte[] sha256() {
        return digest(value.getBytes(StandardCharsets.UTF_8));
    }

    /** {@link #sha256()} in lower-case hex. */
    public String sha256Hex() {
        return HexFormat.of().formatHex(sha256());
    }

    /** Whether this secret has the given SHA-256; constant time. */
    public boolean hasSha256(byte[] expected) {
        return MessageDigest.isEqual(sha256(), expected);
    }

    /** The number of characters; bounds are checked before a secret is stored. */
    public int length() {
        return value.length();
    }

    /** Constant time: digests of fixed length are compared, so that no prefix and no length shows. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that && MessageDigest.isEqual(sha256(), that.sha256());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sha256());
    }

    @Override
    public String toString() {
        return "[secret]";
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
