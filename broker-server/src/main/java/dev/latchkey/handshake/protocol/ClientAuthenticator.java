package dev.latchkey.handshake.protocol;

import static dev.latchkey.catalog.entry.ClientAuthentication.CLIENT_SECRET_POST;
import static dev.latchkey.catalog.entry.ClientAuthentication.PRIVATE_KEY_JWT;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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
import dev.latchkey.partner.Partners;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import jakarta.enterprise.context.ApplicationScoped;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;

/** Proves our client at a partner, in the way that its row names. Thread-safe. */
@ApplicationScoped
class ClientAuthenticator {

    /** RFC 10070: the explicit type of an assertion that authenticates a client. */
    private static final JOSEObjectType TYPE = new JOSEObjectType("client-authentication+jwt");

    private static final Duration LIFE = Duration.ofSeconds(60);

    /** A lease has room for a second attempt only if the first one was answered at once. */
    private static final Duration ROOM_FOR_ANOTHER = Duration.ofSeconds(2);

    private static final int MOST_PARTNERS = 10_000;

    private final Clock clock;
    /**
     * For each registration, the digest of the client secret that the partner accepted last, when it had refused the other
     * one.
     */
    private final Cache<String, String> taken = Caffeine.newBuilder()
            .maximumSize(MOST_PARTNERS)
            .expireAfterWrite(Duration.ofHours(1))
            .build();

    ClientAuthenticator(Clock clock) {
        this.clock = clock;
    }

    /**
     * Makes an attempt in the name of our client, and one more with another secret if the partner definitively does not
     * take the first: a refused client has done nothing (RFC 6749 section 5.2), so that nothing is spent twice (R29). What
     * the partner took last comes first, else the present secret.
     *
     * @param attempt one attempt on the wire
     * @param refused whether its outcome is that our client is refused
     */
    <A> A prove(HandshakeContext context, Function<ClientAuthentication, A> attempt, Predicate<A> refused) {
        if (context.partner().profile().clientAuthentication() == PRIVATE_KEY_JWT) {
            return attempt.apply(new PrivateKeyJWT(assertion(context)));
        }
        long begin = System.nanoTime();
        List<dev.latchkey.secret.Secret> proofs = secrets(context);
        A answer = attempt.apply(bySecret(context, proofs.getFirst()));
        if (!refused.test(answer)) {
            return answer;
        }
        boolean slow = System.nanoTime() - begin > ROOM_FOR_ANOTHER.toNanos();
        if (proofs.size() == 1 || slow) {
            return answer;
        }
        A second = attempt.apply(bySecret(context, proofs.getLast()));
        if (!refused.test(second)) {
            taken.put(context.partner().id(), proofs.getLast().sha256Hex());
        }
        return second;
    }

    private List<dev.latchkey.secret.Secret> secrets(HandshakeContext context) {
        dev.latchkey.secret.Secret present = credential(context, "client_secret");
        Optional<dev.latchkey.secret.Secret> former = context.client().get(Partners.FORMER_CLIENT_SECRET);
        if (former.isEmpty()) {
            return List.of(present);
        }
        boolean formerFirst = former.get()
                .sha256Hex()
                .equals(taken.getIfPresent(context.partner().id()));
        return formerFirst ? List.of(former.get(), present) : List.of(present, former.get());
    }

    private static ClientAuthentication bySecret(HandshakeContext context, dev.latchkey.secret.Secret secret) {
        ClientID client = new ClientID(clientId(context));
        Secret text = new Secret(secret.reveal(Purpose.SEND_TO_PARTNER));
        return context.partner().profile().clientAuthentication() == CLIENT_SECRET_POST
                ? new ClientSecretPost(client, text)
                : new ClientSecretBasic(client, text);
    }

    /** The client's id, which is public. */
    static String clientId(HandshakeContext context) {
        return credential(context, "client_id").reveal(Purpose.SEND_TO_PARTNER);
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
