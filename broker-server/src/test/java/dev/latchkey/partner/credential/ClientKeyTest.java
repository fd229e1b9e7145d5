package dev.latchkey.partner.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import java.security.PrivateKey;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

public class ClientKeyTest {

    @Test
    void keepsAnRsaPemAsJwkWithTheThumbprintAsKid() throws Exception {
        RSAKey key = new RSAKeyGenerator(2048).generate();

        ClientKey read = ClientKey.parse(pem(key.toPrivateKey()));

        RSAKey stored = RSAKey.parse(read.jwk().reveal(Purpose.DIGEST));
        assertThat(stored.toPublicJWK().toRSAPublicKey()).isEqualTo(key.toRSAPublicKey());
        assertThat(stored.getKeyID()).isEqualTo(key.computeThumbprint().toString());
    }

    @RepeatedTest(8)
    @DisplayName("finds the public half of an EC key whose PEM leaves it out")
    void findsThePublicHalfOfAnEcKey() throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_256).generate();

        ClientKey read = ClientKey.parse(pem(key.toPrivateKey()));

        ECKey stored = ECKey.parse(read.jwk().reveal(Purpose.DIGEST));
        var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.ES256), new JWTClaimsSet.Builder().build());
        jwt.sign(new ECDSASigner(stored));
        assertThat(jwt.verify(new ECDSAVerifier(key.toPublicJWK()))).isTrue();
        assertThat(stored.toPublicJWK().computeThumbprint()).isEqualTo(key.computeThumbprint());
    }

    @Test
    @DisplayName("R99 has one identity for a key, be it PEM or JWK, whatever its kid")
    void hasOneIdentity() throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_256).keyID("ours").generate();

        ClientKey asJwk = ClientKey.parse(Secret.of(key.toJSONString()));
        ClientKey asPem = ClientKey.parse(pem(key.toPrivateKey()));

        assertThat(asJwk.identity()).isEqualTo(asPem.identity());
        assertThat(ECKey.parse(asJwk.jwk().reveal(Purpose.DIGEST)).getKeyID()).isEqualTo("ours");
    }

    @Test
    void refusesAPublicKey() throws Exception {
        refuses(new ECKeyGenerator(Curve.P_256).generate().toPublicJWK().toJSONString());
    }

    @Test
    void refusesASmallRsaKey() throws Exception {
        refuses(new RSAKeyGenerator(1024, true).generate().toJSONString());
    }

    @Test
    void refusesAnotherCurve() throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_384).generate();

        refuses(key.toJSONString());
        refuses(pem(key.toPrivateKey()).reveal(Purpose.DIGEST));
    }

    @Test
    void refusesASharedKeyAndAnEncryptionKey() throws Exception {
        OctetSequenceKey shared = new OctetSequenceKeyGenerator(256).generate();
        RSAKey encryption = new RSAKeyGenerator(2048)
                .keyUse(com.nimbusds.jose.jwk.KeyUse.ENCRYPTION)
                .generate();

        refuses(shared.toJSONString());
        refuses(encryption.toJSONString());
    }

    @Test
    void refusesAnAlgorithmThatDoesNotFit() throws Exception {
        refuses(new RSAKeyGenerator(2048)
                .algorithm(JWSAlgorithm.ES256)
                .generate()
                .toJSONString());
        refuses(new ECKeyGenerator(Curve.P_256)
                .algorithm(JWSAlgorithm.HS256)
                .generate()
                .toJSONString());
    }

    @Test
    void refusesHalvesThatDoNotFit() throws Exception {
        ECKey one = new ECKeyGenerator(Curve.P_256).generate();
        ECKey other = new ECKeyGenerator(Curve.P_256).generate();
        Map<String, Object> mixed = one.toJSONObject();
        mixed.put("d", other.getD().toString());

        refuses(com.nimbusds.jose.util.JSONObjectUtils.toJSONString(mixed));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3cr3t",
                "{",
                "{}",
                "{\"kty\":\"RSA\"}",
                "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\",\"d\":\"AA\"}",
                "-----BEGIN PRIVATE KEY-----\nczNjcjN0\n-----END PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----\nczNjcjN0\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nczNjcjN0\n-----END ENCRYPTED PRIVATE KEY-----"
            })
    void refusesWhatIsNoKey(String text) {
        refuses(text);
    }

    private static void refuses(String text) {
        assertThatThrownBy(() -> ClientKey.parse(Secret.of(text))).isInstanceOfSatisfying(BrokerException.class, e -> {
            assertThat(e.type()).isEqualTo(ProblemType.INVALID_REQUEST);
            assertThat(e.extensions()).containsEntry("pointer", "/credentials/private_key");
            assertThat(e.getCause()).isNull(); // a parser's message may quote what it read
        });
    }

    public static Secret pem(PrivateKey key) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return Secret.of("-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n");
    }
}
