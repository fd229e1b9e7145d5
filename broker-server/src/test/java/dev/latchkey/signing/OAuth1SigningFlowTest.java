package dev.latchkey.signing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OAuth 1.0 from outside: through {@code sign} and {@code proxy}, against the sandbox. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class OAuth1SigningFlowTest {

    private static final String JSON = "application/json";
    private static final String FORM = "application/x-www-form-urlencoded";

    private final Story story = new Story();

    private void register(String catalog, Map<String, String> credentials, Map<String, ?> settings) {
        Map<String, String> all = new TreeMap<>(credentials);
        all.put("consumer_key", story.clientId());
        all.put("consumer_secret", story.clientSecret());
        story.admin()
                .post(
                        "/partners",
                        Map.of("id", story.partner(), "catalog", catalog, "credentials", all, "settings", settings))
                .expect(201);
    }

    private String approved(Story.App app) {
        Map<String, Object> wish =
                Map.of("partner", story.partner(), "owner", "o-" + story.mark(), "scopes", List.of());
        String id = app.api().post("/connections", wish).expect(201).text("id");
        story.approver().post("/connections/" + id + "/approve").expect(200);
        return id;
    }

    private static Answer sign(Story.App app, String id, String method, String url, String type, String body) {
        Map<String, Object> wish = new TreeMap<>(Map.of("method", method, "url", url));
        if (!type.isEmpty()) {
            wish.put("headers", Map.of("Content-Type", type));
            wish.put("body", body);
        }
        return app.api().post("/connections/" + id + "/sign", wish);
    }

    private static HttpResponse<String> sent(Answer signed) throws IOException, InterruptedException {
        String body = signed.json().path("body").asText("");
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(signed.text("url")))
                .method(
                        signed.text("method"),
                        body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        signed.json()
                .path("headers")
                .properties()
                .forEach(
                        field -> request.header(field.getKey(), field.getValue().asText()));
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }

    private static String account(String name) {
        return "{\"account\":{\"name\":\"" + name
                + "\",\"pass\":\"p\",\"mail\":\"m@x.example\",\"terms_of_use\":\"1\"}}";
    }

    @Test
    @DisplayName("R118 an affiliate reads the terms and registers users through sign and through proxy")
    void affiliate() throws Exception {
        String base = BrokerStack.sandbox() + "/cryptonit/apiv2/rest/affiliates";
        String token = "tok-" + story.mark();
        String tokenSecret = "token-secret-" + story.mark();
        register(
                "cryptonit-affiliate",
                Map.of("token", token, "token_secret", tokenSecret),
                Map.of("endpoints", Map.of("api_base", base)));
        story.control().registerPreset("cryptonit", story.clientId(), story.clientSecret(), token, tokenSecret);
        Story.App app = story.app("shop");
        String id = approved(app);
        String proxy = "/connections/" + id + "/proxy/";

        Answer terms = sign(app, id, "GET", base + "/terms", "", "").expect(200);
        Answer user = sign(app, id, "POST", base + "/user", JSON, account("s-" + story.mark()))
                .expect(200);

        assertThat(sent(terms).body()).contains("\"revision\":7");
        assertThat(sent(terms).statusCode()).as("a signature is good once").isEqualTo(401);
        assertThat(sent(user).body()).contains("\"created\":true");
        assertThat(app.api()
                        .get(proxy + "terms")
                        .expect(200)
                        .json()
                        .path("revision")
                        .asInt())
                .isEqualTo(7);
        assertThat(app.api()
                        .send("POST", proxy + "user", account("p-" + story.mark()), JSON)
                        .expect(200)
                        .json()
                        .path("created")
                        .asBoolean())
                .isTrue();
        assertThat(terms.raw().body() + user.raw().body()).doesNotContain(tokenSecret, story.clientSecret());
        assertThat(sign(app, id, "GET", base.replace("affiliates", "users/me"), "", "")
                        .code())
                .isEqualTo("url_not_allowed");
        assertThat(sign(app, id, "GET", base + "/terms?oauth_token=x", "", "").code())
                .isEqualTo("invalid_request");
        story.approver()
                .put("/connections/" + id + "/grants/" + app.id(), Map.of("methods", List.of("GET")))
                .expect(200);
        assertThat(sign(app, id, "POST", base + "/user", JSON, account("x")).code())
                .isEqualTo("method_not_granted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HMAC-SHA256 header", "HMAC-SHA1 body", "PLAINTEXT header"})
    @DisplayName("R118 an imported token signs forms; PLAINTEXT only in what the broker sends itself")
    void imported(String habits) throws Exception {
        String method = habits.split(" ")[0];
        String place = habits.split(" ")[1];
        String base = story.at("oauth1/api");
        Map<String, String> rules = Map.of("signature_method", method, "parameters_in", place);
        Map<String, Object> settings = new TreeMap<>(rules);
        settings.put(
                "endpoints",
                Map.of(
                        "request_token_endpoint", story.at("oauth1/request_token"),
                        "authorization_endpoint", story.at("oauth1/authorize"),
                        "access_token_endpoint", story.at("oauth1/access_token"),
                        "api_base", base));
        register("oauth1", Map.of(), settings);
        story.control().oauth1Rules(story.sandboxName(), rules);
        story.control()
                .registerToken(
                        story.sandboxName(), story.clientId(), story.clientSecret(), "t 1", "s%1-secret", "alice");
        Story.App app = story.app("shop");
        String id = story.admin()
                .post(
                        "/connections",
                        Map.of(
                                "partner",
                                story.partner(),
                                "owner",
                                "alice",
                                "scopes",
                                List.of(),
                                "import",
                                Map.of("token", "t 1", "token_secret", "s%1-secret")))
                .expect(201)
                .text("id");
        story.approver().post("/connections/" + id + "/approve").expect(200);
        story.approver()
                .put("/connections/" + id + "/grants/" + app.id(), Map.of())
                .expect(200);

        Answer proxied = app.api()
                .send("POST", "/connections/" + id + "/proxy/orders?x=%7E", "a=%C3%BC+b&a=&c=1", FORM)
                .expect(200);
        Answer signed = sign(app, id, "POST", base + "/orders?x=%7E", FORM, "a=%C3%BC+b&a=&c=1");

        assertThat(proxied.json().path("owner").asText()).isEqualTo("alice");
        if (method.equals("PLAINTEXT")) {
            assertThat(signed.expect(409).code()).isEqualTo("wrong_kind");
            assertThat(signed.raw().body()).doesNotContain("secret");
        } else {
            assertThat(sent(signed.expect(200)).body()).contains("\"owner\":\"alice\"");
        }
    }
}
