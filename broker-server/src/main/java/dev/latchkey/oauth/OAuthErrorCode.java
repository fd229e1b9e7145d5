package dev.latchkey.oauth;

/** Error codes of an OAuth token endpoint, with the status that their RFC gives them. */
public enum OAuthErrorCode {
    /** RFC 6749 section 5.2. */
    INVALID_REQUEST("invalid_request", 400),
    /** RFC 6749 section 5.2: 401 when the client authenticated by the Authorization header. */
    INVALID_CLIENT("invalid_client", 401),
    /** RFC 6749 section 5.2. */
    INVALID_GRANT("invalid_grant", 400),
    /** RFC 6749 section 5.2. */
    UNAUTHORIZED_CLIENT("unauthorized_client", 400),
    /** RFC 6749 section 5.2. */
    UNSUPPORTED_GRANT_TYPE("unsupported_grant_type", 400),
    /** RFC 6749 section 5.2. */
    INVALID_SCOPE("invalid_scope", 400),
    /** RFC 8693 section 2.2.2. */
    INVALID_TARGET("invalid_target", 400),
    /** RFC 6749 section 4.1.2.1, used by token endpoints at large for "come back later". */
    TEMPORARILY_UNAVAILABLE("temporarily_unavailable", 503),
    /** RFC 6749 section 4.1.2.1. */
    SERVER_ERROR("server_error", 500);

    private final String wireName;
    private final int status;

    OAuthErrorCode(String wireName, int status) {
        this.wireName = wireName;
        this.status = status;
    }

    /** The value of the {@code error} member. */
    public String wireName() {
        return wireName;
    }

    /** The HTTP status that goes with it. */
    public int status() {
        return status;
    }
}
