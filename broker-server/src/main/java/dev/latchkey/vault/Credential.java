package dev.latchkey.vault;

import dev.latchkey.oauth.Scopes;
import dev.latchkey.secret.Secret;
import java.time.Instant;
import java.util.Optional;

/** What a finished handshake gives us: the long-lived right to act at a partner, and what is derived from it. */
public sealed interface Credential {

    /** What the partner allowed, as far as it says so. */
    Scopes scopes();

    /**
     * Tokens of OAuth 2.0, RFC 6749 section 5.1.
     *
     * @param accessToken the current access token
     * @param refreshToken the current refresh token; empty where the partner issues none
     * @param issuedAt when the answer of the partner was read, by the broker's clock
     * @param expiresAt when the access token ends, never later than the partner says
     * @param scopes what the token covers
     */
    record OAuth2(Secret accessToken, Optional<Secret> refreshToken, Instant issuedAt, Instant expiresAt, Scopes scopes)
            implements Credential {}
}
