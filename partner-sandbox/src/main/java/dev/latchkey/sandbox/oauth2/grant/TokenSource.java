package dev.latchkey.sandbox.oauth2.grant;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** Makes up values nobody can guess; the prefix says in a log what they are. Thread-safe. */
public final class TokenSource {

    private final RandomGenerator random;

    public TokenSource(RandomGenerator random) {
        this.random = random;
    }

    /** A new value, such as {@code at_0f3c...}. */
    public synchronized String next(String prefix) {
        byte[] bytes = new byte[20];
        random.nextBytes(bytes);
        return prefix + "_" + HexFormat.of().formatHex(bytes);
    }
}
