package dev.latchkey.problem;

import dev.latchkey.oauth.OAuthErrorCode;
import java.net.URI;
import java.util.Locale;

/**
 * Every error that a caller can see: its stable {@code code}, HTTP status, OAuth code and title. Each has a section of
 * the same name in {@code docs/problems.md}.
 */
public enum ProblemType {
    INVALID_REQUEST(400, OAuthErrorCode.INVALID_REQUEST, "The request is malformed"),
    INVALID_SCOPE(400, OAuthErrorCode.INVALID_SCOPE, "A scope is unknown or goes beyond what was requested"),
    REDIRECT_URI_NOT_REGISTERED(400, OAuthErrorCode.INVALID_REQUEST, "The return URL is not registered"),
    STATE_INVALID(400, OAuthErrorCode.INVALID_REQUEST, "This link is no longer valid here"),
    INITIATOR_MISMATCH(400, OAuthErrorCode.INVALID_REQUEST, "The handle is wrong or belongs to somebody else"),
    INVALID_CODE(400, OAuthErrorCode.INVALID_GRANT, "The one-time code is not valid"),
    INVALID_SIGNATURE(401, OAuthErrorCode.INVALID_CLIENT, "The signature is missing or wrong"),
    UNAUTHENTICATED(401, OAuthErrorCode.INVALID_CLIENT, "Authentication is needed"),
    INVALID_CLIENT(401, OAuthErrorCode.INVALID_CLIENT, "The partner did not prove who it is"),
    INVALID_TOKEN(401, OAuthErrorCode.INVALID_CLIENT, "The bearer token is not valid"),
    FORBIDDEN(403, OAuthErrorCode.UNAUTHORIZED_CLIENT, "The caller lacks the role for this"),
    SELF_APPROVAL(403, OAuthErrorCode.UNAUTHORIZED_CLIENT, "Nobody approves what they requested themselves"),
    SCOPE_NOT_GRANTED(403, OAuthErrorCode.INVALID_SCOPE, "The grant does not cover the scope"),
    METHOD_NOT_GRANTED(403, OAuthErrorCode.UNAUTHORIZED_CLIENT, "The grant does not cover the method"),
    NOT_FOUND(404, OAuthErrorCode.INVALID_TARGET, "There is no such resource"),
    METHOD_NOT_ALLOWED(405, OAuthErrorCode.INVALID_REQUEST, "The resource does not know this method"),
    NOT_ACCEPTABLE(406, OAuthErrorCode.INVALID_REQUEST, "The answer cannot be given in that media type"),
    REQUEST_TIMEOUT(408, OAuthErrorCode.INVALID_REQUEST, "The request body did not arrive in time"),
    CONNECTION_NOT_APPROVED(409, OAuthErrorCode.INVALID_TARGET, "The connection is not approved yet"),
    CONNECTION_NOT_ACTIVE(409, OAuthErrorCode.INVALID_TARGET, "The connection is not active"),
    CANNOT_SATISFY_MIN_TTL(409, OAuthErrorCode.INVALID_TARGET, "The partner's tokens do not live that long"),
    NEEDS_REAUTH(409, OAuthErrorCode.INVALID_TARGET, "The user has to connect again"),
    WRONG_KIND(409, OAuthErrorCode.INVALID_TARGET, "This call is not for partners of this kind"),
    ALREADY_EXISTS(409, OAuthErrorCode.INVALID_REQUEST, "The id is taken"),
    IN_USE(409, OAuthErrorCode.INVALID_REQUEST, "The resource is still in use"),
    CONFLICT(409, OAuthErrorCode.INVALID_REQUEST, "The resource changed meanwhile or does not allow this now"),
    PAYLOAD_TOO_LARGE(413, OAuthErrorCode.INVALID_REQUEST, "The request body is too large"),
    URI_TOO_LONG(414, OAuthErrorCode.INVALID_REQUEST, "The request line is too long"),
    UNSUPPORTED_MEDIA_TYPE(415, OAuthErrorCode.INVALID_REQUEST, "The media type of the request is not supported"),
    MISDIRECTED_REQUEST(421, OAuthErrorCode.INVALID_REQUEST, "This server does not answer for that host"),
    URL_NOT_ALLOWED(422, OAuthErrorCode.INVALID_REQUEST, "The URL is not allowed"),
    GRANT_NOT_ALLOWED(422, OAuthErrorCode.UNSUPPORTED_GRANT_TYPE, "The grant type is never used"),
    RATE_LIMITED(429, OAuthErrorCode.TEMPORARILY_UNAVAILABLE, "Too many requests"),
    PARTNER_RATE_LIMITED(429, OAuthErrorCode.TEMPORARILY_UNAVAILABLE, "The partner limits our requests"),
    HEADERS_TOO_LARGE(431, OAuthErrorCode.INVALID_REQUEST, "The header fields are too large"),
    INTERNAL(500, OAuthErrorCode.SERVER_ERROR, "Something went wrong on our side"),
    PARTNER_BAD_RESPONSE(502, OAuthErrorCode.TEMPORARILY_UNAVAILABLE, "The partner's answer cannot be used"),
    PARTNER_TLS(502, OAuthErrorCode.TEMPORARILY_UNAVAILABLE, "The partner's TLS certificate is not trusted"),
    OAUTH1_CALLBACK_NOT_CONFIRMED(
            502, OAuthErrorCode.TEMPORARILY_UNAVAILABLE, "The partner does not confirm our callback"),
    UNSUPPORTED_TOKEN_TYPE(502, OAuthErrorCode.TEMPORARILY_UNAVAILABLE, "The partner issued an unknown type of token"),
    PARTNER_UNAVAILABLE(503, OAuthErrorCode.TEMPORARILY_UNAVAILABLE, "The partner cannot be reached"),
    PARTNER_MISCONFIGURED(503, OAuthErrorCode.TEMPORARILY_UNAVAILABLE, "The partner refuses our client"),
    REFRESH_IN_PROGRESS(503, OAuthErrorCode.TEMPORARILY_UNAVAILABLE, "The token is being renewed"),
    VAULT_UNAVAILABLE(503, OAuthErrorCode.TEMPORARILY_UNAVAILABLE, "The secret store cannot be used"),
    STORE_UNAVAILABLE(503, OAuthErrorCode.TEMPORARILY_UNAVAILABLE, "The database cannot be used"),
    IDENTITY_UNAVAILABLE(503, OAuthErrorCode.TEMPORARILY_UNAVAILABLE, "The identity provider cannot be reached"),
    PARTNER_TIMEOUT(504, OAuthErrorCode.TEMPORARILY_UNAVAILABLE, "The partner did not answer in time"),
    OUTCOME_UNKNOWN(504, OAuthErrorCode.TEMPORARILY_UNAVAILABLE, "The partner's answer was lost");

    private final int status;
    private final OAuthErrorCode oauthCode;
    private final String title;

    ProblemType(int status, OAuthErrorCode oauthCode, String title) {
        this.status = status;
        this.oauthCode = oauthCode;
        this.title = title;
    }

    /** The stable value of the {@code code} member: the constant's name in lower case. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** What an OAuth endpoint answers in its {@code error} member. */
    public OAuthErrorCode oauthCode() {
        return oauthCode;
    }

    /** The address that documents it, the {@code type} of RFC 9457. */
    public URI documentation() {
        return URI.create("https://latchkey.dev/problems/" + code());
    }

    /** A short sentence for people; the same for every occurrence. */
    public String title() {
        return title;
    }

    /** Whether the same request may succeed later; such answers carry {@code Retry-After}. */
    public boolean isRetryable() {
        return status == 429 || status == 503 || status == 504;
    }
}
