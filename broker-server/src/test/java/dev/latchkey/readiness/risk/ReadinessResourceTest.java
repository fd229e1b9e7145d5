package dev.latchkey.readiness.risk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerStack;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(BrokerStack.class)
class ReadinessResourceTest {

    @Test
    @DisplayName("admins see what this process runs with: every risk, what was found, and what to do")
    void tellsAdmins() {
        JsonNode answer = BrokerApi.as(BrokerStack.broker(), "admin", BrokerStack.PASSWORD)
                .get("/readiness")
                .expect(200)
                .json();
        Map<String, JsonNode> items = StreamSupport.stream(answer.path("items").spliterator(), false)
                .collect(Collectors.toMap(item -> item.path("check").asText(), Function.identity()));

        assertThat(answer.path("production").asBoolean(true)).isFalse();
        assertThat(items.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Risk.values()).map(Risk::wireName).toList());
        assertThat(item(items, "loopback").path("finding").asText()).isEqualTo("severe");
        assertThat(item(items, "loopback").path("property").asText()).isEqualTo("latchkey.outbound.allow-loopback");
        assertThat(item(items, "loopback").path("advice").asText()).isNotEmpty();
        assertThat(item(items, "no-issuer").path("finding").asText()).isEqualTo("risky");
        assertThat(item(items, "database-role").path("finding").asText()).isEqualTo("fine");
        assertThat(item(items, "database-role").has("advice")).isFalse();
        assertThat(item(items, "standby-reads").path("finding").asText()).isEqualTo("fine");
        assertThat(answer.toString()).doesNotContain(BrokerStack.PASSWORD);
    }

    @Test
    @DisplayName("nobody else sees it")
    void tellsNobodyElse() {
        BrokerApi.as(BrokerStack.broker(), "approver", BrokerStack.PASSWORD)
                .get("/readiness")
                .expect(403);
        BrokerApi.anonymous(BrokerStack.broker()).get("/readiness").expect(401);
    }

    private static JsonNode item(Map<String, JsonNode> items, String name) {
        return Objects.requireNonNull(items.get(name));
    }
}
