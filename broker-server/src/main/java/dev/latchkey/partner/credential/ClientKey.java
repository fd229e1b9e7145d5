package dev.latchkey.partner.credential;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.util.Set;

/**
 * The private key of our client at a partner ({@code private_key_jwt}): RSA of at least 2048 bits or EC on P-256. Given
 * as PEM (PKCS#8, RFC 7468) or as a JWK (RFC 7517), kept as a JWK with a {@code kid}. Immutable.
 *
 * @param jwk the JWK's JSON, to be stored
 * @param identity the thumbprint of the public half (RFC 7638), the same for every form of the key
 */
record ClientKey(Secret jwk, Secret identity) {

    private static final String POINTER = "/credentials/private_key";
    private static final int RSA_BITS = 2048;
    private static final Set<Algorithm> RSA_SIGNATURES = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512);
    private static final Set<Algorithm> EC_SIGNATURES = Set.of(JWSAlgorithm.ES256);

    /** Reads a key; {@code invalid_request} without an echo if it is none of these, too small, or does not fit itself. */
    static ClientKey parse(Secret given) {
        String text = given.reveal(Purpose.DIGEST).strip();
        try {
            JWK jwk = text.startsWith("{") ? JWK.parse(text) : fromPem(text);
            JWK named = jwk.getKeyID() == null ? withThumbprintAsId(jwk) : jwk;
            checkKind(named);
            return new ClientKey(Secret.of(named.toJSONString()), Secret.of(identityOf(named)));
        } catch (ParseException | JOSEException | IllegalArgumentException | IllegalStateException e) {
            throw refused("The private key is neither a PKCS#8 PEM nor a private JWK.");
        }
    }

    /** This key, if it is an RSA key; {@code invalid_request} if it is another. */
    ClientKey requireRsa() {
        try {
            if (JWK.parse(jwk.reveal(Purpose.DIGEST)) instanceof RSAKey) {
                return this;
            }
        } catch (ParseException e) {
            throw new IllegalStateException("it was parsed before", e);
        }
        throw refused("This signature method needs an RSA key.");
    }

    private static JWK fromPem(String text) {
        KeyPair pair = PemKeyPair.parse(text);
        if (pair.getPublic() instanceof RSAPublicKey rsa) {
            return new RSAKey.Builder(rsa).privateKey(pair.getPrivate()).build();
        }
        return new ECKey.Builder(Curve.P_256, (ECPublicKey) pair.getPublic())
                .privateKey(pair.getPrivate())
                .build();
    }

    private static JWK withThumbprintAsId(JWK jwk) throws JOSEException {
        String id = identityOf(jwk);
        return switch (jwk) {
            case RSAKey rsa -> new RSAKey.Builder(rsa).keyID(id).build();
            case ECKey ec -> new ECKey.Builder(ec).keyID(id).build();
            default -> throw refused("The private key is neither RSA nor EC.");
        };
    }

    private static void checkKind(JWK jwk) throws JOSEException {
        if (!jwk.isPrivate() || KeyUse.ENCRYPTION.equals(jwk.getKeyUse())) {
            throw refused("The key is not a private key for signatures.");
        }
        Set<Algorithm> fitting = jwk instanceof RSAKey ? RSA_SIGNATURES : EC_SIGNATURES;
        if (jwk.getAlgorithm() != null && !fitting.contains(jwk.getAlgorithm())) {
            throw refused("The algorithm of the private key is none for signatures with it.");
        }
        switch (jwk) {
            case RSAKey rsa -> checkPair(rsa.size() >= RSA_BITS, rsa.toKeyPair());
            case ECKey ec -> checkPair(Curve.P_256.equals(ec.getCurve()), ec.toKeyPair());
            default -> throw refused("The private key is neither RSA nor EC.");
        }
    }

    private static void checkPair(boolean strong, KeyPair pair) {
        if (!strong) {
            throw refused("The private key must be RSA of at least 2048 bits or EC on P-256.");
        }
        if (!PemKeyPair.belongTogether(pair)) {
            throw refused("The two halves of the private key do not fit together.");
        }
    }

    private static String identityOf(JWK jwk) throws JOSEException {
        return jwk.computeThumbprint().toString();
    }

    private static BrokerException refused(String detail) {
        return BrokerException.invalid(POINTER, detail);
    }
}
