package dev.latchkey.caller.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.opts.AllowWeakRSAKey;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SignatureCheckTest {

    @Test
    void takesEachKindOfPublicKey() throws JOSEException {
        RSAKey rsa = new RSAKeyGenerator(2048).generate();
        var p256 = new ECKeyGenerator(Curve.P_256).generate();
        var p521 = new ECKeyGenerator(Curve.P_521).generate();
        var edwards = new OctetKeyPairGenerator(Curve.Ed25519).generate();

        assertSigned(JWSAlgorithm.RS256, new RSASSASigner(rsa), rsa);
        assertSigned(JWSAlgorithm.PS384, new RSASSASigner(rsa), rsa);
        assertSigned(JWSAlgorithm.ES256, new ECDSASigner(p256), p256);
        assertSigned(JWSAlgorithm.ES512, new ECDSASigner(p521), p521);
        assertSigned(JWSAlgorithm.EdDSA, new Ed25519Signer(edwards), edwards);
        assertSigned(JWSAlgorithm.Ed25519, new Ed25519Signer(edwards), edwards);
    }

    @Test
    @DisplayName("R101 takes no signature of an RSA key below 2048 bits")
    void refusesShortKeys() throws JOSEException {
        RSAKey small = new RSAKeyGenerator(1024, true).generate();
        JWSObject token = sign(JWSAlgorithm.RS256, new RSASSASigner(small, Set.of(AllowWeakRSAKey.getInstance())));

        assertThat(SignatureCheck.isSignedByOneOf(token, List.of(small.toPublicJWK())))
                .isFalse();
    }

    @Test
    @DisplayName("R101 takes no MAC and no none, whatever key there is")
    void allowsPublicKeysOnly() {
        assertThat(SignatureCheck.ALGORITHMS)
                .noneMatch(JWSAlgorithm.Family.HMAC_SHA::contains)
                .noneMatch(algorithm -> algorithm.getName().equalsIgnoreCase("none"));
    }

    private static void assertSigned(JWSAlgorithm algorithm, JWSSigner signer, JWK key) throws JOSEException {
        JWSObject token = sign(algorithm, signer);
        JWK other = new RSAKeyGenerator(2048).generate().toPublicJWK();

        assertThat(SignatureCheck.ALGORITHMS).contains(algorithm);
        assertThat(SignatureCheck.isSignedByOneOf(token, List.of(other, key.toPublicJWK())))
                .isTrue();
        assertThat(SignatureCheck.isSignedByOneOf(token, List.of(other))).isFalse();
    }

    private static JWSObject sign(JWSAlgorithm algorithm, JWSSigner signer) throws JOSEException {
        JWSObject token = new JWSObject(new JWSHeader(algorithm), new Payload("{}"));
        token.sign(signer);
        return token;
    }
}
