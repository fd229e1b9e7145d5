package dev.latchkey.sandbox.oauth2.grant;

import dev.latchkey.sandbox.http.Refusal;
import java.util.Locale;

/** What happens to a refresh token when it is used. */
public enum Rotation {
    /** It stays as it is. */
    NONE,
    /** It is replaced, and still answers for a while with the pair's current refresh token. */
    GRACE,
    /** It is replaced, and using it again kills the whole family (RFC 9700 s.4.14.2). */
    STRICT;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads the lower-case name. */
    public static Rotation of(String label) {
        for (Rotation rotation : values()) {
            if (rotation.label().equals(label)) {
                return rotation;
            }
        }
        throw new Refusal(400, "invalid_request", "rotation must be none, grace or strict");
    }
}
