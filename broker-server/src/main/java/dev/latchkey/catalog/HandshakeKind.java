package dev.latchkey.catalog;

import java.util.Locale;

/** The protocols that a row can name; each has one class in {@code dev.latchkey.handshake.protocol}. */
public enum HandshakeKind {
    /** RFC 6749 section 4.1 with PKCE (RFC 7636); with {@code openid}, OpenID Connect Core section 3.1. */
    AUTHORIZATION_CODE(true),
    /** RFC 6749 section 4.4. */
    CLIENT_CREDENTIALS(false);

    private final boolean browser;

    HandshakeKind(boolean browser) {
        this.browser = browser;
    }

    /** Whether a person has to go through the partner's pages. */
    public boolean needsBrowser() {
        return browser;
    }

    /** The name in YAML and JSON. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
