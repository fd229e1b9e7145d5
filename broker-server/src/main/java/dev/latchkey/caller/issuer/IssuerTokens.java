package dev.latchkey.caller.issuer;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import dev.latchkey.audit.Actor;
import dev.latchkey.caller.limit.Attempt;
import dev.latchkey.caller.limit.FailedAuthentications;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import jakarta.inject.Singleton;
import java.text.ParseException;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Checks what the OpenID provider signs beside access tokens, by the same keys and as strictly. The type must stand in
 * the header, exactly (RFC 8725 section 3.11): no access token passes here, and nothing that passes here is one.
 * Thread-safe.
 */
@Singleton
public final class IssuerTokens {

    private static final Logger LOG = Logger.getLogger(IssuerTokens.class);

    private final Optional<String> issuer;
    private final String audience;
    private final IssuerKeys keys;
    private final FailedAuthentications failures;

    IssuerTokens(IdentityConfig config, IssuerKeys keys, FailedAuthentications failures) {
        this.issuer = config.issuer();
        this.audience = config.audience();
        this.keys = keys;
        this.failures = failures;
    }

    /** What is wrong with a token. */
    public enum Fault {
        MALFORMED,
        ISSUER,
        AUDIENCE,
        KEY
    }

    /** What the check has found. */
    public sealed interface Verdict {

        /** The issuer says this to us. */
        record Proven(JsonNode claims) implements Verdict {}

        /** It is not what it must be. */
        record Refused(Fault fault) implements Verdict {}
    }

    /** The configured issuer, if there is one. */
    public Optional<String> issuer() {
        return issuer;
    }

    /**
     * Checks a token of a type. Failures count as failed authentications of their source.
     *
     * @param compact the JWS, RFC 7515 section 7.1
     * @param type the {@code typ} that it must have
     * @param sender where it came from
     * @throws BrokerException {@code rate_limited} if too much from there was refused, {@code identity_unavailable} if
     *     the issuer's keys cannot be had
     */
    public Verdict check(String compact, String type, Actor sender) {
        Attempt attempt = new Attempt(sender.requestId(), sender.sourceIp());
        failures.check(attempt);
        Verdict verdict = verdict(compact, type);
        if (verdict instanceof Verdict.Refused) {
            failures.record(attempt, ProblemType.INVALID_TOKEN, type);
        }
        return verdict;
    }

    private Verdict verdict(String compact, String type) {
        try {
            JWSObject signed = JWSObject.parse(compact);
            checkHeader(signed, type);
            JsonNode claims = StrictClaims.parse(signed.getPayload().toBytes());
            if (issuer.filter(it -> it.equals(claims.path("iss").textValue())).isEmpty()) {
                return new Verdict.Refused(Fault.ISSUER);
            }
            if (!AccessTokenRules.holdsAudience(claims.path("aud"), audience)) {
                return new Verdict.Refused(Fault.AUDIENCE);
            }
            return SignatureCheck.isSignedByOneOf(signed, keys.candidates(signed.getHeader()))
                    ? new Verdict.Proven(claims)
                    : new Verdict.Refused(Fault.KEY);
        } catch (TokenRefusedException refused) {
            LOG.debugf("token of the issuer refused: %s", refused.reason());
            return new Verdict.Refused(Fault.MALFORMED);
        } catch (ParseException e) {
            return new Verdict.Refused(Fault.MALFORMED);
        }
    }

    private static void checkHeader(JWSObject signed, String type) throws TokenRefusedException {
        StrictClaims.parse(signed.getHeader().toBase64URL().decode());
        JWSHeader header = signed.getHeader();
        boolean typed = header.getType() != null && header.getType().getType().equalsIgnoreCase(type);
        boolean plain = header.getCriticalParams() == null
                && header.isBase64URLEncodePayload()
                && header.getContentType() == null;
        if (!typed || !plain || !SignatureCheck.ALGORITHMS.contains(header.getAlgorithm())) {
            throw new TokenRefusedException("the header is not of type " + type);
        }
    }
}
