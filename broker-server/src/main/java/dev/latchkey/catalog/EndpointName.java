package dev.latchkey.catalog;

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
    /** Where the partner's API begins. */
    API_BASE;

    /** The name in YAML and JSON. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
