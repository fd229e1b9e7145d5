package dev.latchkey.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerProcess;
import dev.latchkey.testkit.KeycloakServer;
import dev.latchkey.testkit.TestHttp;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The packaged broker takes apps by access tokens of a real Keycloak, which is its partner as well. */
class BearerCallerIT {

    private static final String FORM = "application/x-www-form-urlencoded";

    private static KeycloakServer keycloak;
    private static BrokerProcess broker;
    private static PartnerStory story;

    /** A registered app that is a client of Keycloak with a service account. */
    private record ServiceApp(KeycloakServer.Client client) {

        static ServiceApp create(String name, String audience) {
            String id = name + "-" + UUID.randomUUID().toString().substring(0, 8);
            story.register(id);
            return new ServiceApp(keycloak.createServiceClient(id, audience));
        }

        /** What Keycloak gives for the client's own credentials. */
        JsonNode tokens(String scope) {
            URI endpoint = PartnerStory.metadata(keycloak.issuer(), "token_endpoint");
            try (TestHttp http = new TestHttp()) {
                var answer = http.form(
                        endpoint,
                        TestHttp.basic(client.clientId(), client.clientSecret()),
                        Map.of("grant_type", "client_credentials", "scope", scope));
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                return PartnerStory.json(answer.body());
            }
        }

        String accessToken() {
            return tokens("profile").path("access_token").asText();
        }

        BrokerApi api() {
            return BrokerApi.bearing(broker.baseUri(), accessToken());
        }
    }

    @BeforeAll
    static void start() {
        keycloak = KeycloakServer.shared();
        broker = BrokerProcess.start(
                Map.of("latchkey.identity.issuer", keycloak.issuer().toString(), "latchkey.identity.basic", "true"),
                Map.of());
        story = new PartnerStory(broker, "keycloak");
        KeycloakServer.Client client = keycloak.createClient(story.callback(), Duration.ofMinutes(10));
        story.register(keycloak.issuer().toString(), client.clientId(), client.clientSecret())
                .expect(201);
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    @DisplayName("a service account is the app of its client id: asks, confirms, and gets tokens, also by RFC 8693")
    void takesAServiceAccountAsTheApp() {
        ServiceApp app = ServiceApp.create("orders", "latchkey");
        String connection = active(app);

        String direct = PartnerStory.token(app.api(), connection).expect(200).text("access_token");
        Answer exchanged =
                exchange(BrokerApi.anonymous(broker.baseUri()), connection, app.accessToken(), "access_token");

        assertThat(PartnerStory.userInfo(keycloak.issuer(), direct)).isEqualTo(200);
        assertThat(exchanged.expect(200).text("access_token")).isEqualTo(direct);
        assertThat(exchanged.text("issued_token_type")).isEqualTo("urn:ietf:params:oauth:token-type:access_token");
        assertThat(exchange(BrokerApi.anonymous(broker.baseUri()), connection, app.accessToken(), "jwt")
                        .status())
                .isEqualTo(200);
    }

    @Test
    @DisplayName("R160 another app's token finds nothing, neither directly nor by RFC 8693")
    void keepsAppsApart() {
        ServiceApp owner = ServiceApp.create("owner", "latchkey");
        ServiceApp other = ServiceApp.create("other", "latchkey");
        String connection = active(owner);

        assertThat(PartnerStory.token(other.api(), connection).status()).isEqualTo(404);
        Answer exchanged =
                exchange(BrokerApi.anonymous(broker.baseUri()), connection, other.accessToken(), "access_token");
        assertThat(exchanged.status()).isEqualTo(400);
        assertThat(exchanged.json().path("error").asText()).isEqualTo("invalid_target");
    }

    @Test
    @DisplayName("R101 a token of Keycloak for another audience is invalid_token")
    void refusesAnotherAudience() {
        ServiceApp app = ServiceApp.create("elsewhere", "another-api");

        Answer refused = app.api().get("/connections");

        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.code()).isEqualTo("invalid_token");
        assertThat(exchange(
                                BrokerApi.anonymous(broker.baseUri()),
                                UUID.randomUUID().toString(),
                                app.accessToken(),
                                "jwt")
                        .status())
                .isEqualTo(401);
    }

    @Test
    @DisplayName("R101 an ID token of Keycloak is no access token, even with our audience in it")
    void refusesAnIdToken() {
        ServiceApp app = ServiceApp.create("confused", "latchkey");
        JsonNode tokens = app.tokens("openid");
        String idToken = tokens.path("id_token").asText();
        assertThat(idToken.split("\\.")).hasSize(3);
        assertThat(claims(idToken).path("aud").toString()).contains("\"latchkey\"");
        String accessToken = tokens.path("access_token").asText();
        BrokerApi.bearing(broker.baseUri(), accessToken).get("/connections").expect(200);

        Answer refused = BrokerApi.bearing(broker.baseUri(), idToken).get("/connections");

        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.code()).isEqualTo("invalid_token");
        assertThat(refused.header("WWW-Authenticate")).contains("invalid_token");
    }

    @Test
    @DisplayName("R101 a changed token, and one whose client is no app of ours, get nothing")
    void refusesAForeignClient() {
        ServiceApp app = ServiceApp.create("tampered", "latchkey");
        String[] parts = app.accessToken().split("\\.");
        String payload = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8)
                .replace("\"aud\"", "\"x\":1,\"aud\"");
        String changed = parts[0] + "."
                + Base64.getUrlEncoder().withoutPadding().encodeToString(payload.getBytes(StandardCharsets.UTF_8))
                + "." + parts[2];
        String stranger = "stranger-" + UUID.randomUUID();
        String foreign = new ServiceApp(keycloak.createServiceClient(stranger, "latchkey")).accessToken();

        assertThat(BrokerApi.bearing(broker.baseUri(), changed)
                        .get("/connections")
                        .code())
                .isEqualTo("invalid_token");
        assertThat(BrokerApi.bearing(broker.baseUri(), foreign)
                        .get("/connections")
                        .code())
                .isEqualTo("forbidden");
    }

    private static String active(ServiceApp app) {
        String connection = story.approved(app.api(), "profile");
        ConsentBrowser browser = new ConsentBrowser();
        keycloak.login(browser, story.connectUrl(app.api(), connection), keycloak.createUser(), story.callback());
        PartnerStory.confirm(app.api(), connection, PartnerStory.handleOf(browser));
        assertThat(story.status(connection)).isEqualTo("active");
        return connection;
    }

    private static Answer exchange(BrokerApi caller, String connection, String subjectToken, String type) {
        String body = "grant_type=" + encode("urn:ietf:params:oauth:grant-type:token-exchange") + "&resource="
                + encode("urn:latchkey:connection:" + connection) + "&subject_token=" + encode(subjectToken)
                + "&subject_token_type=" + encode("urn:ietf:params:oauth:token-type:" + type);
        return caller.send("POST", "/oauth2/token", body, FORM);
    }

    private static JsonNode claims(String jwt) {
        byte[] payload = Base64.getUrlDecoder().decode(jwt.split("\\.")[1]);
        return PartnerStory.json(new String(payload, StandardCharsets.UTF_8));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
