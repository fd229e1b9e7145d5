package dev.latchkey.catalog.entry;

import java.util.Locale;

/** Names of a partner's addresses: those of RFC 8414 where it has one. */
public enum EndpointName {
    /** The issuer identifier; with it, metadata is read (RFC 8414, OpenID Connect Discovery). */
    ISSUER,
    AUTHORIZATION_ENDPOINT,
    TOKEN_ENDPOINT,
    /** RFC 7009. */
    REVOCATION_ENDPOINT,
    JWKS_URI,
    /** RFC 5849 section 2.1, temporary credentials. */
    REQUEST_TOKEN_ENDPOINT,
    /** RFC 5849 section 2.3, token credentials. */
    ACCESS_TOKEN_ENDPOINT,
    /** Where a session begins. */
    LOGIN_ENDPOINT,
    /** Where a code becomes a token for {@link #TOKEN_EXCHANGE_ENDPOINT}. */
    TOKEN_CREATE_ENDPOINT,
    /** Where that token becomes an account's own credential. */
    TOKEN_EXCHANGE_ENDPOINT,
    /** Where a token is renewed, if not at {@link #TOKEN_ENDPOINT}. */
    REFRESH_ENDPOINT,
    /** Where the partner's API begins. */
    API_BASE;

    /** The name in YAML and JSON. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
