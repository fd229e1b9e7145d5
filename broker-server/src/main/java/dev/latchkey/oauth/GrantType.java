package dev.latchkey.oauth;

/** Grant types that the broker uses or offers. Implicit and password grants are never among them (RFC 9700 2.1.2, 2.4). */
public enum GrantType {
    /** RFC 6749 section 4.1. */
    AUTHORIZATION_CODE("authorization_code"),
    /** RFC 6749 section 4.4. */
    CLIENT_CREDENTIALS("client_credentials"),
    /** RFC 6749 section 6. */
    REFRESH_TOKEN("refresh_token"),
    /** RFC 8693 section 2.1. */
    TOKEN_EXCHANGE("urn:ietf:params:oauth:grant-type:token-exchange");

    private final String wireName;

    GrantType(String wireName) {
        this.wireName = wireName;
    }

    /** The value of the {@code grant_type} parameter. */
    public String wireName() {
        return wireName;
    }
}
