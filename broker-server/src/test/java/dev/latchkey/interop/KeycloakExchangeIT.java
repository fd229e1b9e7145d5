package dev.latchkey.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerProcess;
import dev.latchkey.testkit.Gate;
import dev.latchkey.testkit.KeycloakServer;
import dev.latchkey.testkit.LatchkeyRealm;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Apps that know only Keycloak: it hands out what the broker does, and tells them of their connections. */
class KeycloakExchangeIT {

    private static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

    private static KeycloakServer server;
    private static URI issuer;
    private static Gate gate;
    private static BrokerProcess broker;
    private static PartnerStory story;
    private static LatchkeyRealm.App owner;
    private static LatchkeyRealm.App other;
    private static String connection;

    @BeforeAll
    static void start() {
        server = KeycloakServer.shared();
        issuer = LatchkeyRealm.issuerAt(server.ours().server());
        broker = BrokerProcess.start(
                Map.of("latchkey.identity.issuer", issuer.toString(), "latchkey.identity.basic", "true"), Map.of());
        gate = Gate.renaming(server.latchkeyPort(), broker.baseUri());
        story = new PartnerStory(broker, "keycloak");
        KeycloakServer.Client client = server.createClient(story.callback(), Duration.ofMinutes(10));
        story.register(server.issuer().toString(), client.clientId(), client.clientSecret())
                .expect(201);
        owner = newApp("owner");
        other = newApp("other");
        connection = active(owner);
    }

    @AfterAll
    static void stop() {
        if (gate != null) {
            gate.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    private static LatchkeyRealm.App newApp(String name) {
        String id = name + "-" + UUID.randomUUID().toString().substring(0, 8);
        story.register(id);
        return server.ours().createApp(id);
    }

    private static String active(LatchkeyRealm.App app) {
        BrokerApi api = BrokerApi.bearing(broker.baseUri(), app.token(issuer));
        String id = story.approved(api, "profile");
        ConsentBrowser browser = new ConsentBrowser();
        server.login(browser, story.connectUrl(api, id), server.createUser(), story.callback());
        PartnerStory.confirm(api, id, PartnerStory.handleOf(browser));
        return id;
    }

    private static HttpResponse<String> exchange(LatchkeyRealm.App app, Map<String, String> parameters) {
        Map<String, String> form = new HashMap<>(parameters);
        form.put("grant_type", EXCHANGE);
        return app.ask(issuer, form);
    }

    private static HttpResponse<String> exchange(LatchkeyRealm.App app) {
        return exchange(app, Map.of("resource", "urn:latchkey:connection:" + connection));
    }

    private static void assertError(HttpResponse<String> answer, int status, String error) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(PartnerStory.json(answer.body()).path("error").asText()).isEqualTo(error);
    }

    @Test
    @DisplayName("an app gets at Keycloak's token endpoint what the broker hands out, and is audited as that app")
    void exchangesAtKeycloak() {
        BrokerApi api = BrokerApi.bearing(broker.baseUri(), owner.token(issuer));
        String direct = PartnerStory.token(api, connection).expect(200).text("access_token");

        HttpResponse<String> byId = exchange(owner);
        HttpResponse<String> byOwner =
                exchange(owner, Map.of("audience", "keycloak", "resource", "urn:latchkey:owner:owner-1"));
        HttpResponse<String> withSubject = exchange(
                owner,
                Map.of(
                        "resource",
                        "urn:latchkey:connection:" + connection,
                        "subject_token",
                        owner.token(issuer),
                        "subject_token_type",
                        ACCESS_TOKEN));

        for (HttpResponse<String> answer : List.of(byId, byOwner, withSubject)) {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            JsonNode body = PartnerStory.json(answer.body());
            assertThat(body.path("access_token").asText()).isEqualTo(direct);
            assertThat(body.path("issued_token_type").asText()).isEqualTo(ACCESS_TOKEN);
        }
        assertThat(PartnerStory.userInfo(server.issuer(), direct)).isEqualTo(200);
        JsonNode audit = story.approver()
                .get("/audit?connection=" + connection + "&app=" + owner.id())
                .json();
        assertThat(audit.path("items").findValuesAsText("actor")).contains(owner.id());
    }

    @Test
    @DisplayName("R160 a foreign connection, and one that is not there, are invalid_target; both look the same")
    void keepsAppsApart() {
        HttpResponse<String> foreign = exchange(other);
        HttpResponse<String> unknown =
                exchange(other, Map.of("resource", "urn:latchkey:connection:" + UUID.randomUUID()));
        HttpResponse<String> foreignOwner =
                exchange(other, Map.of("audience", "keycloak", "resource", "urn:latchkey:owner:owner-1"));

        assertError(foreign, 400, "invalid_target");
        assertError(unknown, 400, "invalid_target");
        assertError(foreignOwner, 400, "invalid_target");
        assertThat(foreign.body()).isEqualTo(unknown.body());
    }

    @Test
    @DisplayName("a client that is no app of the broker's gets nothing, nor does one with another app's token")
    void refusesStrangers() {
        LatchkeyRealm.App stranger = server.ours().createApp("stranger-" + UUID.randomUUID());

        assertError(exchange(stranger), 400, "unauthorized_client");
        assertError(
                exchange(
                        other,
                        Map.of(
                                "resource",
                                "urn:latchkey:connection:" + connection,
                                "subject_token",
                                owner.token(issuer),
                                "subject_token_type",
                                ACCESS_TOKEN)),
                400,
                "invalid_request");
        LatchkeyRealm.App impostor = new LatchkeyRealm.App(owner.id(), other.key());
        assertThat(exchange(impostor).statusCode()).isIn(400, 401);
    }

    @Test
    @DisplayName("a scope beyond the grant is invalid_scope, as at the broker")
    void keepsToTheGrant() {
        assertError(
                exchange(owner, Map.of("resource", "urn:latchkey:connection:" + connection, "scope", "email")),
                400,
                "invalid_scope");
    }

    @Test
    @DisplayName("an app finds its connections in its token; while the broker is away it logs in without them")
    void tellsOfConnections() {
        server.ours()
                .addMapper(
                        owner,
                        Map.of(
                                "name", "connections",
                                "protocol", "openid-connect",
                                "protocolMapper", "latchkey-connections-mapper",
                                "config", Map.of("claim.name", "my_connections")));

        // Keycloak asks the broker for them at each login, and leaves them out where it answers late.
        JsonNode claim = await().atMost(Duration.ofSeconds(60))
                .until(() -> claims(owner.token(issuer)).path("my_connections"), it -> !it.isMissingNode());
        assertThat(claim.findValuesAsText("id")).containsExactly(connection);
        assertThat(claim.findValuesAsText("partner")).containsExactly("keycloak");

        gate.shut();
        try {
            assertError(exchange(owner), 503, "temporarily_unavailable");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !claims(owner.token(issuer)).has("my_connections"));
        } finally {
            gate.open();
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> claims(owner.token(issuer)).has("my_connections"));
        assertThat(exchange(owner).statusCode()).isEqualTo(200);
    }

    private static JsonNode claims(String jwt) {
        byte[] payload = Base64.getUrlDecoder().decode(jwt.split("\\.")[1]);
        return PartnerStory.json(new String(payload, StandardCharsets.UTF_8));
    }
}
