package dev.latchkey.keycloak.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.keycloak.testkit.BrokerPeer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.keycloak.admin.client.Keycloak;
import org.keycloak.events.EventType;
import org.keycloak.representations.idm.ClientRepresentation;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.representations.idm.EventRepresentation;
import org.keycloak.representations.idm.ProtocolMapperRepresentation;
import org.keycloak.representations.idm.UserRepresentation;
import org.keycloak.testframework.annotations.InjectAdminClient;
import org.keycloak.testframework.annotations.InjectRealm;
import org.keycloak.testframework.annotations.KeycloakIntegrationTest;
import org.keycloak.testframework.realm.ManagedRealm;
import org.keycloak.testframework.realm.RealmBuilder;
import org.keycloak.testframework.realm.RealmConfig;

/** The jar does its work in a real Keycloak, under Keycloak's own test framework; the broker is a peer that obeys. */
@KeycloakIntegrationTest
class ExtensionsIT {

    private static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
    private static final String CONNECTION = "urn:latchkey:connection:0b9e7d0a-6b1c-4b52-9d9c-1f2a3b4c5d6e";
    private static final String TOKEN = """
            {"access_token":"partner-token","issued_token_type":"urn:ietf:params:oauth:token-type:access_token",
             "token_type":"Bearer","expires_in":60,"scope":"profile"}""";
    private static final ObjectMapper JSON = new ObjectMapper();

    @InjectRealm(config = Apps.class)
    ManagedRealm realm;

    @InjectAdminClient
    Keycloak admin;

    private final BrokerPeer broker = BrokerPeer.shared();
    private final HttpClient http = HttpClient.newHttpClient();

    /** Two apps, one of which carries the claim and may use Keycloak's own exchange; and what is no app. */
    static final class Apps implements RealmConfig {
        @Override
        public RealmBuilder configure(RealmBuilder realm) {
            ClientRepresentation orders = app("orders");
            orders.setProtocolMappers(List.of(mapper()));
            orders.setDirectAccessGrantsEnabled(true);
            orders.setAttributes(Map.of("standard.token.exchange.enabled", "true"));
            ClientRepresentation open = app("open");
            open.setPublicClient(true);
            open.setServiceAccountsEnabled(false);
            ClientRepresentation noAccount = app("no-account");
            noAccount.setServiceAccountsEnabled(false);
            return realm.eventsEnabled(true).users(ada()).clients(orders, app("other"), open, noAccount);
        }

        private static UserRepresentation ada() {
            CredentialRepresentation password = new CredentialRepresentation();
            password.setType(CredentialRepresentation.PASSWORD);
            password.setValue("ada-password");
            UserRepresentation ada = new UserRepresentation();
            ada.setUsername("ada");
            ada.setEnabled(true);
            ada.setEmail("ada@example.com");
            ada.setEmailVerified(true);
            ada.setFirstName("Ada");
            ada.setLastName("A");
            ada.setCredentials(List.of(password));
            return ada;
        }

        private static ClientRepresentation app(String id) {
            ClientRepresentation client = new ClientRepresentation();
            client.setClientId(id);
            client.setSecret(id + "-secret");
            client.setPublicClient(false);
            client.setServiceAccountsEnabled(true);
            client.setStandardFlowEnabled(false);
            return client;
        }

        private static ProtocolMapperRepresentation mapper() {
            ProtocolMapperRepresentation mapper = new ProtocolMapperRepresentation();
            mapper.setName("connections");
            mapper.setProtocol("openid-connect");
            mapper.setProtocolMapper("latchkey-connections-mapper");
            mapper.setConfig(Map.of("latchkey.most", "1"));
            return mapper;
        }
    }

    private HttpResponse<String> token(String client, Map<String, String> parameters) {
        Map<String, String> form = new HashMap<>(parameters);
        form.put("client_id", client);
        if (!client.equals("open")) {
            form.putIfAbsent("client_secret", client + "-secret");
        }
        String body = form.entrySet().stream()
                .map(it -> encode(it.getKey()) + "=" + encode(it.getValue()))
                .collect(Collectors.joining("&"));
        HttpRequest request = HttpRequest.newBuilder(URI.create(realm.getBaseUrl() + "/protocol/openid-connect/token"))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> exchange(String client, Map<String, String> parameters) {
        Map<String, String> form = new HashMap<>(Map.of("grant_type", EXCHANGE, "resource", CONNECTION));
        form.putAll(parameters);
        return token(client, form);
    }

    private JsonNode ownToken(String client) {
        return json(token(client, Map.of("grant_type", "client_credentials")).body());
    }

    private static JsonNode claims(String jwt) {
        return json(new String(Base64.getUrlDecoder().decode(jwt.split("\\.")[1]), StandardCharsets.UTF_8));
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static void assertError(HttpResponse<String> answer, int status, String error) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(json(answer.body()).path("error").asText()).isEqualTo(error);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
    }

    @Test
    @DisplayName("a real Keycloak knows the providers of the jar")
    void knowsTheProviders() {
        var providers = admin.serverInfo().getInfo().getProviders();

        assertThat(providers.get("oauth2-token-exchange").getProviders()).containsKey("latchkey");
        assertThat(providers.get("protocol-mapper").getProviders()).containsKey("latchkey-connections-mapper");
    }

    @Test
    @DisplayName(
            "an exchange for a connection is the broker's to answer, asked with a short token of that client alone")
    void exchangesAtTheBroker() {
        broker.answers(200, TOKEN);

        HttpResponse<String> answer = exchange("other", Map.of("scope", "profile"));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(json(answer.body()).path("access_token").asText()).isEqualTo("partner-token");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        BrokerPeer.Asked asked = broker.asked().get(0);
        assertThat(asked.address()).isEqualTo("/oauth2/token");
        assertThat(asked.body())
                .contains("scope=profile", "resource=" + encode(CONNECTION))
                .doesNotContain("secret", "client_id");
        JsonNode claims = claims(asked.authorization().substring("Bearer ".length()));
        assertThat(claims.path("iss").asText()).isEqualTo(realm.getBaseUrl());
        assertThat(claims.path("aud").asText()).isEqualTo("latchkey");
        assertThat(claims.path("azp").asText()).isEqualTo("other");
        assertThat(claims.path("typ").asText()).isEqualTo("Bearer");
        assertThat(claims.path("exp").asLong() - claims.path("iat").asLong()).isEqualTo(30);
        assertThat(claims.has("realm_access")).isFalse();
        assertThat(lastExchange().getDetails()).containsEntry("latchkey_target", CONNECTION);
        assertThat(lastExchange().getError()).isNull();
    }

    private EventRepresentation lastExchange() {
        return realm.admin()
                .getEvents(
                        List.of(EventType.TOKEN_EXCHANGE.name(), EventType.TOKEN_EXCHANGE_ERROR.name()),
                        null,
                        null,
                        null,
                        null,
                        null,
                        0,
                        1)
                .get(0);
    }

    @Test
    @DisplayName("the client's own access token may come along; another client's, or none, or an altered one may not")
    void takesTheClientsOwnTokenOnly() {
        broker.answers(200, TOKEN);
        String own = ownToken("other").path("access_token").asText();
        String foreign = ownToken("orders").path("access_token").asText();
        broker.answers(200, TOKEN);

        assertThat(subject("other", own).statusCode()).isEqualTo(200);
        assertThat(broker.asked()).hasSize(1);
        assertError(subject("other", foreign), 400, "invalid_request");
        assertError(subject("other", own.substring(0, own.length() - 8) + "AAAAAAAA"), 400, "invalid_request");
        assertError(subject("other", "nonsense"), 400, "invalid_request");
        assertThat(broker.asked()).hasSize(1);
    }

    private HttpResponse<String> subject(String client, String token) {
        return exchange(client, Map.of("subject_token", token, "subject_token_type", ACCESS_TOKEN));
    }

    @Test
    @DisplayName("a public client, one without a service account and one with a wrong secret get nothing")
    void refusesWhoIsNoApp() {
        broker.answers(200, TOKEN);

        assertError(exchange("open", Map.of()), 400, "unauthorized_client");
        assertThat(lastExchange().getError()).isEqualTo("unauthorized_client");
        assertError(exchange("no-account", Map.of()), 400, "unauthorized_client");
        assertThat(exchange("other", Map.of("client_secret", "wrong")).statusCode())
                .isEqualTo(401);
        assertThat(broker.asked()).isEmpty();
    }

    @Test
    @DisplayName("what the broker refuses comes through; while it is away the answer is temporarily_unavailable")
    void passesErrorsOn() {
        broker.answers(400, "{\"error\":\"invalid_target\",\"error_description\":\"No such connection.\"}");
        HttpResponse<String> refused = exchange("other", Map.of());
        assertError(refused, 400, "invalid_target");
        assertThat(json(refused.body()).path("error_description").asText()).isEqualTo("No such connection.");

        broker.answers(401, "{\"error\":\"invalid_client\"}");
        assertError(exchange("other", Map.of()), 500, "server_error");

        broker.answers(exchange -> exchange.close());
        HttpResponse<String> away = exchange("other", Map.of());
        assertError(away, 503, "temporarily_unavailable");
        assertThat(away.headers().firstValue("Retry-After")).contains("5");
        assertThat(lastExchange().getDetails().get("reason")).startsWith("Latchkey cannot be reached");
    }

    @Test
    @DisplayName("every other exchange stays Keycloak's own")
    void leavesOtherExchangesAlone() {
        broker.answers(200, "{\"items\":[]}");
        String own = ownToken("orders").path("access_token").asText();
        broker.answers(500, "{}");

        HttpResponse<String> answer = token(
                "orders", Map.of("grant_type", EXCHANGE, "subject_token", own, "subject_token_type", ACCESS_TOKEN));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(broker.asked()).noneMatch(it -> it.address().startsWith("/oauth2"));
        assertThat(claims(json(answer.body()).path("access_token").asText())
                        .path("azp")
                        .asText())
                .isEqualTo("orders");
    }

    @Test
    @DisplayName("the token of a person who logs in at an app does not hold the app's connections")
    void keepsTheClaimFromPeople() {
        broker.answers(200, "{\"items\":[]}");

        HttpResponse<String> answer =
                token("orders", Map.of("grant_type", "password", "username", "ada", "password", "ada-password"));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(claims(json(answer.body()).path("access_token").asText()).has("latchkey_connections"))
                .isFalse();
        assertThat(broker.asked()).isEmpty();
    }

    @Test
    @DisplayName("an app's own token holds its connections, bounded; a broker that is away holds up no login")
    void addsTheClaim() {
        broker.answers(
                200,
                "{\"items\":[{\"id\":\"1\",\"partner\":\"p\",\"owner\":\"o\"},{\"id\":\"2\",\"partner\":\"p\",\"owner\":\"q\"}]}");
        // What an earlier test had put into the cache is gone after seconds.
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            JsonNode claim = claimsOf("orders").path("latchkey_connections");
            assertThat(claim).hasSize(1);
            assertThat(claim.path(0)).isEqualTo(json("{\"id\":\"1\",\"partner\":\"p\",\"owner\":\"o\"}"));
        });
        assertThat(claimsOf("orders").path("latchkey_connections_more").asBoolean())
                .isTrue();
        assertThat(claimsOf("other").has("latchkey_connections")).isFalse();
        assertThat(broker.asked())
                .allMatch(it -> it.address().equals("/api/v1/connections?status=active"))
                .allMatch(it -> claims(it.authorization().substring(7))
                        .path("azp")
                        .asText()
                        .equals("orders"));

        broker.answers(exchange -> pause());
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            long before = System.nanoTime();
            boolean known = claimsOf("orders").has("latchkey_connections");
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
            return !known;
        });
    }

    private static void pause() {
        try {
            TimeUnit.SECONDS.sleep(15);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private JsonNode claimsOf(String client) {
        return claims(ownToken(client).path("access_token").asText());
    }
}
