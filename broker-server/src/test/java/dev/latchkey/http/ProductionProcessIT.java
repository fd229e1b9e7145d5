package dev.latchkey.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.testkit.BrokerProcess;
import dev.latchkey.testkit.RawHttp;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What only the packaged broker shows: its log as machines read it, its end, its refusal to start. */
class ProductionProcessIT {

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    @Test
    @DisplayName("R173 logs one event a line, as JSON, whatever is in it")
    void logsOneEventALine() {
        try (BrokerProcess broker =
                BrokerProcess.start(Map.of("quarkus.log.category.\"dev.latchkey\".level", "DEBUG"), Map.of())) {
            String admin = "Authorization: " + broker.admin();
            RawHttp.get(broker.baseUri(), "/api/v1/apps?after=%0d%0a{\"forged\":1}", admin);
            RawHttp.get(broker.baseUri(), "/api/v1/apps?after=%1b[31m", admin);
            RawHttp.get(broker.baseUri(), "/api/v1/apps", "Authorization: Bearer a\u001b[31m", "X-Request-Id: x\"}");
            RawHttp.get(broker.baseUri(), "/api/v1/apps/nothing-like-it", admin);
            assertThat(broker.stop()).as("ends in good order").isIn(0, 143);

            List<String> events = broker.logText()
                    .lines()
                    .filter(line -> line.startsWith("{"))
                    .toList();

            assertThat(events).isNotEmpty().allSatisfy(line -> {
                JsonNode event = parse(line);
                assertThat(event.path("message").isTextual()).isTrue();
                assertThat(event.has("forged")).isFalse();
            });
            assertThat(broker.logText().lines().filter(line -> line.contains("forged")))
                    .isEmpty();
            assertThat(events.stream().map(ProductionProcessIT::parse))
                    .as("events of requests carry the request's id")
                    .anyMatch(event ->
                            event.path("mdc").path("request_id").asText().matches("[0-9a-f-]{36}"));
        }
    }

    @Test
    void stopsAtAnUnknownKeyNamingIt() {
        assertThatThrownBy(() -> start(Map.of("latchkey.htpp.port", "1234"), Map.of()))
                .hasMessageContaining("ended with")
                .hasMessageContaining("latchkey.htpp.port")
                .hasMessageNotContaining("1234");
        assertThatThrownBy(() -> start(Map.of(), Map.of("LATCHKEY_HTPP_PORT", "1234")))
                .hasMessageContaining("LATCHKEY_HTPP_PORT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"latchkey.database.pool-size", "latchkey.refresh.stores-at-once"})
    @DisplayName("does not start with a number with which it would stand still, and names the key")
    void stopsAtNoPlaceAtAllNamingTheKey(String key) {
        assertThatThrownBy(() -> start(Map.of(key, "0"), Map.of())).hasMessageContaining("too small: " + key);
    }

    @Test
    @DisplayName("a production does not start with severe risks, and names the property of each")
    void refusesARiskyProduction() {
        assertThatThrownBy(() -> start(
                        Map.of("latchkey.readiness.production", "true", "latchkey.readiness.accepted", "heap-dump"),
                        Map.of("LATCHKEY_ADMIN_PASSWORD", "sesame-open")))
                .hasMessageContaining("ended with")
                .hasMessageContaining("endpoint-overrides (latchkey.partners.endpoint-overrides)")
                .hasMessageContaining("loopback (latchkey.outbound.allow-loopback)")
                .hasMessageContaining("local-store (latchkey.vault.kind)")
                .hasMessageContaining("embedded-database (latchkey.database.url)")
                .hasMessageContaining("public-url (latchkey.http.public-url)")
                .hasMessageContaining("admin-password (latchkey.admin.password)")
                .hasMessageNotContaining("sesame-open");
    }

    private static void start(Map<String, String> properties, Map<String, String> environment) {
        BrokerProcess.start(properties, environment).close();
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not one JSON object: " + line, e);
        }
    }
}
