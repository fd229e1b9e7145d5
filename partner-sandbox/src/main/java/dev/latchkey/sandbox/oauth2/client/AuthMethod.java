package dev.latchkey.sandbox.oauth2.client;

import java.util.Locale;

/** How a client proves who it is, by the names of RFC 7591 s.2. */
public enum AuthMethod {
    CLIENT_SECRET_BASIC,
    CLIENT_SECRET_POST,
    PRIVATE_KEY_JWT;

    /** The registered name. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
