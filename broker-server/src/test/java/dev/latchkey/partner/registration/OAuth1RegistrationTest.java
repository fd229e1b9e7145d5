package dev.latchkey.partner.registration;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a registration at an OAuth 1.0 partner has to bring, and what it must not. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class OAuth1RegistrationTest {

    private final Story story = new Story();

    private Answer register(Map<String, ?> credentials, Map<String, ?> settings) {
        Map<String, Object> all = new TreeMap<>(Map.of(
                "endpoints",
                Map.of(
                        "request_token_endpoint", story.at("oauth1/request_token"),
                        "authorization_endpoint", story.at("oauth1/authorize"),
                        "access_token_endpoint", story.at("oauth1/access_token"),
                        "api_base", story.at("oauth1/api"))));
        all.putAll(settings);
        return story.admin()
                .post(
                        "/partners",
                        Map.of(
                                "id",
                                story.partner(),
                                "catalog",
                                "oauth1",
                                "credentials",
                                credentials,
                                "settings",
                                all));
    }

    private static void refused(Answer answer, String pointer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid_request");
        assertThat(answer.json().path("pointer").asText()).isEqualTo(pointer);
    }

    @Test
    @DisplayName("a method that signs by a key needs the key, another the secret, and never both")
    void eitherOr() throws Exception {
        String rsa = new RSAKeyGenerator(2048).generate().toJSONString();
        String ec = new ECKeyGenerator(Curve.P_256).generate().toJSONString();
        Map<String, String> byKey = Map.of("signature_method", "RSA-SHA256");
        Map<String, String> secret = Map.of("consumer_key", "ck", "consumer_secret", "cs-1");
        Map<String, String> key = Map.of("consumer_key", "ck", "private_key", rsa);

        refused(register(Map.of("consumer_key", "ck"), Map.of()), "/credentials/consumer_secret");
        refused(register(Map.of("consumer_secret", "cs-1"), Map.of()), "/credentials/consumer_key");
        refused(register(key, Map.of()), "/credentials/private_key");
        refused(register(secret, byKey), "/credentials/consumer_secret");
        refused(
                register(Map.of("consumer_key", "ck", "consumer_secret", "cs-1", "private_key", rsa), byKey),
                "/credentials/consumer_secret");
        refused(register(Map.of("consumer_key", "ck", "private_key", ec), byKey), "/credentials/private_key");

        Answer registered = register(key, byKey).expect(201);
        assertThat(registered.raw().body()).doesNotContain("cs-1").contains("fingerprints");
    }

    @Test
    @DisplayName("R97 PLAINTEXT is taken where the settings say so, and never together with the query")
    void plaintext() {
        Map<String, String> secret = Map.of("consumer_key", "ck", "consumer_secret", "cs-1");

        refused(
                register(secret, Map.of("signature_method", "PLAINTEXT", "parameters_in", "query")),
                "/settings/parameters_in");
        refused(register(secret, Map.of("signature_method", "MD5")), "/settings/signature_method");
        register(secret, Map.of("signature_method", "PLAINTEXT")).expect(201);
    }

    @Test
    @DisplayName("all four addresses are needed, and an issuer stands for none of them")
    void addresses() {
        Map<String, String> secret = Map.of("consumer_key", "ck", "consumer_secret", "cs-1");

        refused(register(secret, Map.of("endpoints", Map.of("issuer", story.at("oauth1")))), "/settings/endpoints");
        refused(
                register(
                        secret,
                        Map.of(
                                "endpoints",
                                Map.of(
                                        "request_token_endpoint", story.at("oauth1/request_token"),
                                        "authorization_endpoint", story.at("oauth1/authorize"),
                                        "access_token_endpoint", story.at("oauth1/access_token")))),
                "/settings/endpoints");
    }
}
