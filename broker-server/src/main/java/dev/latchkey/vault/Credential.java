package dev.latchkey.vault;

import dev.latchkey.oauth.Scopes;
import dev.latchkey.secret.Secret;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a finished handshake gives us: the long-lived right to act at a partner, and what is derived from it. */
public sealed interface Credential {

    /** What the partner allowed, as far as it says so. */
    default Scopes scopes() {
        return Scopes.none();
    }

    /** A credential that holds something short-lived, which an app can be given. */
    sealed interface ShortLived extends Credential {

        /** When the answer of the partner was read, by the broker's clock. */
        Instant issuedAt();

        /** When it expires, never later than the partner says; before {@link #issuedAt} for one that was never valid. */
        Instant expiresAt();

        /** The secret by which it is recognised in the audit log; only ever fingerprinted. */
        Secret handle();
    }

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
            implements ShortLived {

        @Override
        public Secret handle() {
            return accessToken;
        }
    }

    /**
     * A session at a partner that knows its callers by cookies.
     *
     * @param keyFile the credential file of the account, as JSON, by which a new session can be had; empty where the
     *     registration's own is used
     * @param cookies what authenticates a request; none before the first login with {@code keyFile}
     * @param issuedAt when the session began
     * @param expiresAt when it ends
     */
    record Session(Optional<Secret> keyFile, List<SessionCookie> cookies, Instant issuedAt, Instant expiresAt)
            implements ShortLived {

        /** Copies; throws {@link IllegalArgumentException} for one with neither a cookie nor a way to one. */
        public Session {
            cookies = List.copyOf(cookies);
            if (cookies.isEmpty() && keyFile.isEmpty()) {
                throw new IllegalArgumentException("a session has a cookie or a key");
            }
        }

        @Override
        public Secret handle() {
            return cookies.isEmpty()
                    ? keyFile.orElseThrow()
                    : cookies.getFirst().value();
        }
    }

    /**
     * Token credentials of OAuth 1.0, RFC 5849 section 2.3. They live until they are revoked.
     *
     * @param token the token
     * @param tokenSecret its shared secret
     */
    record OAuth1(Secret token, Secret tokenSecret) implements Credential {}

    /** Nothing of its own: the registration's credentials are all that is needed. */
    record Registered() implements Credential {}
}
