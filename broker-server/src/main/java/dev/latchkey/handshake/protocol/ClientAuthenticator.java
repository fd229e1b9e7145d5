package dev.latchkey.handshake.protocol;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.factories.DefaultJWSSignerFactory;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.PrivateKeyJWT;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import jakarta.enterprise.context.ApplicationScoped;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;

/** Proves our client at a partner, in the way that its row names. Thread-safe. */
@ApplicationScoped
class ClientAuthenticator {

    /** RFC 10070: the explicit type of an assertion that authenticates a client. */
    private static final JOSEObjectType TYPE = new JOSEObjectType("client-authentication+jwt");

    private static final Duration LIFE = Duration.ofSeconds(60);

    private final Clock clock;

    ClientAuthenticator(Clock clock) {
        this.clock = clock;
    }

    ClientAuthentication of(HandshakeContext context) {
        ClientID client = new ClientID(clientId(context));
        return switch (context.partner().profile().clientAuthentication()) {
            case CLIENT_SECRET_BASIC -> new ClientSecretBasic(client, secret(context));
            case CLIENT_SECRET_POST -> new ClientSecretPost(client, secret(context));
            case PRIVATE_KEY_JWT -> new PrivateKeyJWT(assertion(context));
        };
    }

    /** The client's id, which is public. */
    static String clientId(HandshakeContext context) {
        return credential(context, "client_id").reveal(Purpose.SEND_TO_PARTNER);
    }

    private static Secret secret(HandshakeContext context) {
        return new Secret(credential(context, "client_secret").reveal(Purpose.SEND_TO_PARTNER));
    }

    /** A credential of our client; {@code partner_misconfigured} if the registration has none of that name. */
    static dev.latchkey.secret.Secret credential(HandshakeContext context, String name) {
        return context.client().get(name).orElseThrow(() -> misconfigured("Our client's " + name + " is missing."));
    }

    /**
     * RFC 7523 section 3 with RFC 10070: the audience is the issuer alone, never an address that the partner names (R98);
     * at most a minute, each with an id of its own (R100).
     */
    private SignedJWT assertion(HandshakeContext context) {
        String issuer = context.metadata()
                .issuer()
                .orElseThrow(() -> misconfigured("private_key_jwt needs the partner's issuer."));
        String client = clientId(context);
        Instant now = clock.instant();
        try {
            JWK key = JWK.parse(credential(context, "private_key").reveal(Purpose.SEND_TO_PARTNER));
            JWSHeader header = new JWSHeader.Builder(algorithmOf(key))
                    .type(TYPE)
                    .keyID(key.getKeyID())
                    .build();
            JWTClaimsSet claims = new JWTClaimsSet.Builder()
                    .issuer(client)
                    .subject(client)
                    .audience(issuer)
                    .issueTime(Date.from(now))
                    .expirationTime(Date.from(now.plus(LIFE)))
                    .jwtID(UUID.randomUUID().toString())
                    .build();
            SignedJWT assertion = new SignedJWT(header, claims);
            JWSSigner signer = new DefaultJWSSignerFactory().createJWSSigner(key, header.getAlgorithm());
            assertion.sign(signer);
            return assertion;
        } catch (ParseException | JOSEException e) {
            throw new BrokerException(ProblemType.PARTNER_MISCONFIGURED, "Our client's private key is unusable.", e);
        }
    }

    private static JWSAlgorithm algorithmOf(JWK key) {
        if (key.getAlgorithm() instanceof JWSAlgorithm chosen) {
            return chosen;
        }
        return key instanceof RSAKey ? JWSAlgorithm.RS256 : JWSAlgorithm.ES256;
    }

    private static BrokerException misconfigured(String detail) {
        return new BrokerException(ProblemType.PARTNER_MISCONFIGURED, detail);
    }
}
