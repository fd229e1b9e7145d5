package dev.latchkey.handshake.protocol;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.Resource;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.claims.AccessTokenHash;
import com.nimbusds.openid.connect.sdk.validators.AccessTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.InvalidHashException;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.protocol.answer.TokenAnswer;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.Set;

/**
 * Validates ID tokens (OpenID Connect Core section 3.1.3.7). Keys come only from the issuer's own {@code jwks_uri}, never
 * from where a token points (R101); no symmetric algorithm and no {@code none} is accepted. Thread-safe.
 */
@ApplicationScoped
class IdTokens {

    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);

    private final PartnerHttp http;
    private final Clock clock;
    private final Cache<URI, JWKSource<SecurityContext>> keys =
            Caffeine.newBuilder().maximumSize(1000).build();

    IdTokens(PartnerHttp http, Clock clock) {
        this.http = http;
        this.clock = clock;
    }

    /** Returns if the token is valid, for us, from this flow, and about this access token; else {@code invalid_token}. */
    void check(HandshakeContext context, TokenAnswer.Issued issued, Secret nonce) {
        String issuer = context.metadata().issuer().orElseThrow(() -> refused(null));
        Secret idToken = issued.idToken().orElseThrow(() -> refused(null));
        URI jwks = context.metadata().endpoints().require(EndpointName.JWKS_URI);
        String clientId = ClientAuthenticator.clientId(context);
        try {
            SignedJWT token = SignedJWT.parse(idToken.reveal(Purpose.SEND_TO_PARTNER));
            IDTokenValidator validator = new IDTokenValidator(
                    new Issuer(issuer),
                    new ClientID(clientId),
                    new JWSVerificationKeySelector<>(ALGORITHMS, keys.get(jwks, this::source)),
                    null);
            validator.validate(token, new Nonce(nonce.reveal(Purpose.SEND_TO_PARTNER)));
            checkRest(token.getJWTClaimsSet(), clientId, Duration.ofSeconds(validator.getMaxClockSkew()));
            checkAccessTokenHash(token, issued.accessToken());
        } catch (ParseException | BadJOSEException | JOSEException e) {
            throw refused(e);
        }
    }

    /** What the validator leaves out: an {@code azp} that is not ours (Core section 2), {@code nbf}, an empty subject. */
    private void checkRest(JWTClaimsSet claims, String clientId, Duration skew) throws ParseException {
        String party = claims.getStringClaim("azp");
        Date notBefore = claims.getNotBeforeTime();
        boolean foreign = party != null && !party.equals(clientId);
        boolean early = notBefore != null
                && notBefore.toInstant().isAfter(clock.instant().plus(skew));
        if (foreign || early || claims.getSubject().isBlank()) {
            throw refused(null);
        }
    }

    /** Core section 3.1.3.8. */
    private static void checkAccessTokenHash(SignedJWT token, Secret accessToken) throws ParseException {
        String hash = token.getJWTClaimsSet().getStringClaim("at_hash");
        if (hash == null) {
            return;
        }
        if (hash.isBlank()) {
            throw refused(null);
        }
        try {
            AccessTokenValidator.validate(
                    new BearerAccessToken(accessToken.reveal(Purpose.SEND_TO_PARTNER)),
                    token.getHeader().getAlgorithm(),
                    new AccessTokenHash(hash));
        } catch (InvalidHashException e) {
            throw refused(e);
        }
    }

    /** Cached for five minutes; an unknown key id asks again, at most twice in half a minute. */
    private JWKSource<SecurityContext> source(URI jwks) {
        try {
            return JWKSourceBuilder.<SecurityContext>create(jwks.toURL(), this::fetch)
                    .retrying(false)
                    .build();
        } catch (MalformedURLException e) {
            throw refused(e);
        }
    }

    private Resource fetch(URL url) throws IOException {
        try {
            PartnerResponse response = http.send(PartnerRequest.get(URI.create(url.toString())));
            if (response.status() != 200) {
                throw new IOException("the key set was not given: " + response.status());
            }
            return new Resource(new String(response.body(), StandardCharsets.UTF_8), "application/json");
        } catch (PartnerCallException e) {
            throw new IOException("the key set could not be read", e);
        }
    }

    private static BrokerException refused(@org.jspecify.annotations.Nullable Throwable cause) {
        return new BrokerException(ProblemType.INVALID_TOKEN, "The partner's ID token is not valid.", cause);
    }
}
