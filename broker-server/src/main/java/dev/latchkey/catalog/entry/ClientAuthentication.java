package dev.latchkey.catalog.entry;

import java.util.Locale;

/** How our client proves itself at a token endpoint (OpenID Connect Core section 9). */
public enum ClientAuthentication {
    /** RFC 6749 section 2.3.1, Authorization header. */
    CLIENT_SECRET_BASIC,
    /** RFC 6749 section 2.3.1, form body. */
    CLIENT_SECRET_POST,
    /** RFC 7523 section 2.2, with the audience of RFC 10070. */
    PRIVATE_KEY_JWT;

    /** The name in YAML, JSON and server metadata. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
