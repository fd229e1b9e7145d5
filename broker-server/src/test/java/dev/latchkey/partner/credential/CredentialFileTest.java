package dev.latchkey.partner.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.jwk.RSAKey;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.NoonKey;
import java.security.interfaces.RSAPublicKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialFileTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final NoonKey KEY = NoonKey.of("key-1");

    @Test
    void readsADownloadedFileAndKeepsWhatItDoesNotKnow() throws Exception {
        CredentialFile file = parse(KEY.text());

        assertThat(file.keyId()).isEqualTo("key-1");
        assertThat(file.projectCode()).isEqualTo("PRJ-key-1");
        assertThat(RSAKey.parse(file.jwk().reveal(Purpose.DIGEST)).toRSAPublicKey())
                .isEqualTo((RSAPublicKey) KEY.pair().getPublic());
        assertThat(JSON.readTree(file.text().reveal(Purpose.DIGEST))).isEqualTo(JSON.readTree(KEY.text()));
    }

    @Test
    void readsPkcs1AsTheSameKey() throws Exception {
        ObjectNode file = object().put("private_key", KEY.pkcs1Pem());

        assertThat(parse(file.toString()).identity())
                .isEqualTo(parse(KEY.text()).identity());
    }

    @Test
    void printsNoKey() {
        CredentialFile file = parse(KEY.text());

        assertThat(file.toString()).doesNotContain("PRIVATE KEY").doesNotContain("\"d\"");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                "key_id, null, /key_id",
                "key_id, ' ', /key_id",
                "key_id, 'a b', /key_id",
                "project_code, null, /project_code",
                "private_key, null, /private_key",
                "private_key, nonsense, /private_key",
                "private_key, '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', /private_key",
                "private_key, '-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----', /private_key",
            })
    void pointsAtWhatIsWrong(String member, String value, String pointer) throws Exception {
        ObjectNode file = object();
        if (value == null) {
            file.remove(member);
        } else {
            file.put(member, value);
        }

        assertRefused(file.toString(), "/at" + pointer);
    }

    @Test
    void takesNoWeakKeyAndNoOtherKind() throws Exception {
        var weak = new com.nimbusds.jose.jwk.gen.RSAKeyGenerator(1024, true).generate();
        var curve = new com.nimbusds.jose.jwk.gen.ECKeyGenerator(com.nimbusds.jose.jwk.Curve.P_256).generate();

        assertRefused(object().put("private_key", weak.toJSONString()).toString(), "/at/private_key");
        assertRefused(object().put("private_key", curve.toJSONString()).toString(), "/at/private_key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"[]", "7", "\"text\"", "{", "{}{}", "null", "{\"key_id\":\"canary\",\"key_id\":\"b\"}", "\u0000"
            })
    void wantsOneObject(String text) {
        assertRefused(text, "/at");
    }

    @Test
    void isBounded() throws Exception {
        assertRefused(object().put("more", "x".repeat(20_000)).toString(), "/at");
    }

    private static void assertRefused(String text, String pointer) {
        assertThatThrownBy(() -> parse(text)).isInstanceOfSatisfying(BrokerException.class, e -> {
            assertThat(e.type()).isEqualTo(ProblemType.INVALID_REQUEST);
            assertThat(e.extensions()).containsEntry("pointer", pointer);
            assertThat(e.publicDetail()).doesNotContain("canary").doesNotContain("key-1");
            assertThat(e).hasNoCause();
        });
    }

    private static ObjectNode object() throws Exception {
        return (ObjectNode) JSON.readTree(KEY.text());
    }

    private static CredentialFile parse(String text) {
        return CredentialFile.parse(Secret.of(text), "/at");
    }
}
