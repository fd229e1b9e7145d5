package dev.latchkey.handshake.protocol.answer;

import dev.latchkey.handshake.Renewal;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/** What a token endpoint's answer means to us. */
public sealed interface TokenAnswer {

    /**
     * Tokens, RFC 6749 section 5.1.
     *
     * @param accessToken the access token, a bearer token
     * @param refreshToken the refresh token, if a non-empty one came
     * @param idToken the ID token, unchecked, if one came
     * @param scopes the scope, if it was said
     * @param issuedAt when the answer was read
     * @param expiresAt when the access token ends
     */
    record Issued(
            Secret accessToken,
            Optional<Secret> refreshToken,
            Optional<Secret> idToken,
            Optional<Scopes> scopes,
            Instant issuedAt,
            Instant expiresAt)
            implements TokenAnswer {

        /** As a credential, with what holds where the partner said nothing. */
        public Credential.OAuth2 tokens(Scopes otherwise, Optional<Secret> keptRefreshToken) {
            return new Credential.OAuth2(
                    accessToken,
                    refreshToken.or(() -> keptRefreshToken),
                    issuedAt,
                    expiresAt,
                    scopes.orElse(otherwise));
        }
    }

    /**
     * The definitive answer that the code or refresh token is over (R60).
     *
     * @param reason {@code invalid_grant}, or {@code reauthorization_required} where the row's statuses say so
     */
    record GrantRefused(String reason) implements TokenAnswer {}

    /** The partner does not accept our client (R59). */
    record ClientRefused() implements TokenAnswer {}

    /**
     * Anything else: nothing is known about the grant.
     *
     * @param problem what a caller is told
     * @param sent whether the partner may have acted on the request
     */
    record Unusable(BrokerException problem, boolean sent) implements TokenAnswer {}

    /** The tokens of a handshake; every other answer as a problem. */
    default Issued orThrow() {
        return switch (this) {
            case Issued issued -> issued;
            case GrantRefused refused ->
                throw new BrokerException(ProblemType.PARTNER_BAD_RESPONSE, "The partner refused to issue a token.");
            case ClientRefused refused -> throw clientRefused();
            case Unusable unusable -> throw unusable.problem();
        };
    }

    /** The same answer as the outcome of a renewal. */
    default Renewal toRenewal(Function<Issued, Credential> tokens) {
        return switch (this) {
            case Issued issued -> new Renewal.Renewed(tokens.apply(issued));
            case GrantRefused refused -> new Renewal.Refused(refused.reason());
            case ClientRefused refused -> new Renewal.ClientRefused();
            case Unusable unusable -> new Renewal.TryLater(unusable.problem(), unusable.sent());
        };
    }

    private static BrokerException clientRefused() {
        return new BrokerException(ProblemType.PARTNER_MISCONFIGURED, "The partner refuses our client.");
    }
}
