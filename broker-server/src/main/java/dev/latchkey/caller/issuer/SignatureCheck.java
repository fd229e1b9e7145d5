package dev.latchkey.caller.issuer;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Checks a signature with public keys only: no MAC, no {@code none}, whatever the token says. */
final class SignatureCheck {

    static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512,
            JWSAlgorithm.EdDSA,
            JWSAlgorithm.Ed25519);

    /** NIST SP 800-131A. */
    private static final int SMALLEST_RSA = 2048;

    private SignatureCheck() {}

    static boolean isSignedByOneOf(JWSObject token, List<JWK> keys) {
        return keys.stream().anyMatch(key -> isSignedBy(token, key));
    }

    private static boolean isSignedBy(JWSObject token, JWK key) {
        try {
            Optional<JWSVerifier> verifier = verifier(key);
            return verifier.isPresent()
                    && verifier.get()
                            .supportedJWSAlgorithms()
                            .contains(token.getHeader().getAlgorithm())
                    && token.verify(verifier.get());
        } catch (JOSEException e) {
            return false;
        }
    }

    private static Optional<JWSVerifier> verifier(JWK key) throws JOSEException {
        return switch (key) {
            case RSAKey rsa when rsa.size() >= SMALLEST_RSA -> Optional.of(new RSASSAVerifier(rsa.toRSAPublicKey()));
            case ECKey ec -> Optional.of(new ECDSAVerifier(ec.toECPublicKey()));
            case OctetKeyPair edwards -> Optional.of(new Ed25519Verifier(edwards.toPublicJWK()));
            default -> Optional.empty();
        };
    }
}
