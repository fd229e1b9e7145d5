package dev.latchkey.token;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** private_key_jwt as the partner sees it: at the token endpoint, at renewals and at the revocation endpoint. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class ClientAssertionFlowTest {

    @Test
    @DisplayName("R98 the audience is the issuer alone, as one text, at every endpoint, and the type is explicit")
    void audience() throws JOSEException {
        Story story = new Story();
        register(story, key()).expect(201);

        List<JsonNode> assertions = live(story);

        assertThat(assertions).hasSize(5).allSatisfy(assertion -> {
            assertThat(assertion.path("accepted").asBoolean())
                    .as("%s", assertion)
                    .isTrue();
            assertThat(assertion.path("header").path("typ").asText()).isEqualTo("client-authentication+jwt");
            assertThat(assertion.path("claims").path("aud").isTextual()).isTrue();
            assertThat(assertion.path("claims").path("aud").asText()).isEqualTo(issuer(story));
            assertThat(assertion.path("claims").path("iss").asText()).isEqualTo(story.clientId());
            assertThat(assertion.path("claims").path("sub").asText()).isEqualTo(story.clientId());
        });
    }

    @Test
    @DisplayName("R100 assertions live at most a minute, and no two have the same id")
    void shortAndUnique() throws JOSEException {
        Story story = new Story();
        register(story, key()).expect(201);

        List<JsonNode> assertions = live(story);

        assertThat(assertions).allSatisfy(assertion -> {
            JsonNode claims = assertion.path("claims");
            assertThat(claims.path("exp").asLong() - claims.path("iat").asLong())
                    .isBetween(1L, 60L);
        });
        assertThat(assertions)
                .extracting(assertion -> assertion.path("claims").path("jti").asText())
                .doesNotContain("")
                .doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("R99 each registration signs with its own key, and a key serves one registration only")
    void oneKeyEach() throws JOSEException {
        Story one = new Story();
        Story other = new Story();
        Story thief = new Story();
        ECKey shared = key();
        register(one, shared).expect(201);
        register(other, key()).expect(201);
        Answer refused = register(thief, shared);

        List<String> kids = new ArrayList<>();
        for (Story story : List.of(one, other)) {
            kids.add(live(story).getFirst().path("header").path("kid").asText());
        }

        assertThat(kids).doesNotContain("").doesNotHaveDuplicates();
        assertThat(refused.status()).isBetween(400, 499);
        assertThat(thief.admin().get("/partners/" + thief.partner()).status()).isEqualTo(404);
    }

    /** A whole life: connect, three renewals, revoke. */
    private static List<JsonNode> live(Story story) {
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        for (int i = 0; i < 3; i++) {
            story.token(app, connection).expect(200);
        }
        story.approver().post("/connections/" + connection + "/revoke").expect(200);
        List<JsonNode> assertions = new ArrayList<>();
        story.control().assertions(story.sandboxName()).forEach(assertions::add);
        return assertions;
    }

    private static Answer register(Story story, ECKey key) {
        // The sandbox makes its metadata known from the moment that somebody names it.
        story.control().registerKeyClient(story.sandboxName(), story.clientId(), publicHalf(key));
        Answer registered = story.admin()
                .post(
                        "/partners",
                        Map.of(
                                "id",
                                story.partner(),
                                "catalog",
                                "oauth2",
                                "credentials",
                                Map.of("client_id", story.clientId(), "private_key", key.toJSONString()),
                                "settings",
                                Map.of(
                                        "client_auth",
                                        "private_key_jwt",
                                        "endpoints",
                                        Map.of("issuer", issuer(story)))));
        if (registered.status() == 201) {
            story.control()
                    .registerKeyClient(
                            story.sandboxName(), story.clientId(), publicHalf(key), registered.text("redirect_uri"));
        }
        return registered;
    }

    private static String issuer(Story story) {
        return BrokerStack.sandbox() + "/" + story.sandboxName();
    }

    private static String publicHalf(ECKey key) {
        return key.toPublicJWK().toJSONString();
    }

    private static ECKey key() throws JOSEException {
        return new ECKeyGenerator(Curve.P_256).keyIDFromThumbprint(true).generate();
    }
}
