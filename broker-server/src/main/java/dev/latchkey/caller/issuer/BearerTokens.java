package dev.latchkey.caller.issuer;

import com.nimbusds.jose.JWSObject;
import dev.latchkey.caller.ProvenCaller;
import dev.latchkey.caller.ProvenCaller.ProvenApp;
import dev.latchkey.caller.ProvenCaller.ProvenPerson;
import dev.latchkey.caller.app.AppIds;
import dev.latchkey.caller.app.Apps;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import jakarta.inject.Singleton;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Proves callers by access tokens of the OpenID provider (RFC 9068, and Keycloak's form of it). The token says which
 * key signed it and nothing else about keys: addresses and keys in its header are never looked at. Thread-safe.
 */
@Singleton
public final class BearerTokens {

    private static final Logger LOG = Logger.getLogger(BearerTokens.class);

    private final Optional<AccessTokenRules> rules;
    private final IssuerKeys keys;
    private final Apps apps;
    private final DisabledPrincipals disabled;
    private final Clock clock;

    BearerTokens(IdentityConfig config, IssuerKeys keys, Apps apps, DisabledPrincipals disabled, Clock clock) {
        this.rules =
                config.issuer().map(issuer -> new AccessTokenRules(issuer, config.audience(), config.rolesClaim()));
        this.keys = keys;
        this.apps = apps;
        this.disabled = disabled;
        this.clock = clock;
    }

    /**
     * Who was proven.
     *
     * @param caller the app or person
     * @param until how long that may be relied on: as long as the keys may that it was verified with
     */
    public record Proof(ProvenCaller caller, Instant until) {}

    /** Verifies a token; {@code invalid_token} if anything about it is not as it must be. */
    public Proof prove(Secret bearer) {
        try {
            Instant now = clock.instant();
            AccessTokenRules applied = rules.orElseThrow(() -> new TokenRefusedException("no issuer is configured"));
            JWSObject signed = parse(bearer);
            AccessTokenRules.Claims claims = applied.read(signed, now);
            if (!SignatureCheck.isSignedByOneOf(signed, keys.candidates(signed.getHeader()))) {
                throw new TokenRefusedException("no key of the issuer made the signature");
            }
            requireEnabled(claims);
            Instant longest = keys.reliableUntil();
            Instant until = claims.expiresAt().isBefore(longest) ? claims.expiresAt() : longest;
            return new Proof(caller(claims), until);
        } catch (TokenRefusedException refused) {
            LOG.debugf("bearer token refused: %s", refused.reason());
            throw new BrokerException(ProblemType.INVALID_TOKEN, "The token is not valid here.", refused);
        }
    }

    /** Calls back when the issuer's keys are others than before. */
    public void whenKeysChange(Runnable listener) {
        keys.whenChanged(listener);
    }

    /** A valid token outlives its owner: whom the provider has disabled since is refused all the same (R104). */
    private void requireEnabled(AccessTokenRules.Claims claims) throws TokenRefusedException {
        boolean refused = claims.client()
                        .map(Principal::client)
                        .filter(disabled::contains)
                        .isPresent()
                || disabled.contains(Principal.person(claims.subject()));
        if (refused) {
            throw new TokenRefusedException("its client or its subject is disabled");
        }
    }

    private ProvenCaller caller(AccessTokenRules.Claims claims) throws TokenRefusedException {
        Optional<String> app = claims.client()
                .filter(AppIds::isWellFormed)
                .filter(id -> apps.find(id).isPresent());
        if (app.isPresent()) {
            return new ProvenApp(app.get());
        }
        return new ProvenPerson(claims.person(), claims.roles());
    }

    private static JWSObject parse(Secret bearer) throws TokenRefusedException {
        try {
            return JWSObject.parse(bearer.reveal(Purpose.DIGEST));
        } catch (ParseException e) {
            throw new TokenRefusedException("it is not a signed JWT");
        }
    }
}
