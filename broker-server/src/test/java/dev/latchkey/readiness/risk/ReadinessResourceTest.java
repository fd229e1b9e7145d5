package dev.latchkey.readiness.risk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerStack;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Arrays;
import java.util.Map;
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
        assertThat(items.get("loopback").path("finding").asText()).isEqualTo("severe");
        assertThat(items.get("loopback").path("property").asText()).isEqualTo("latchkey.outbound.allow-loopback");
        assertThat(items.get("loopback").path("advice").asText()).isNotEmpty();
        assertThat(items.get("no-issuer").path("finding").asText()).isEqualTo("risky");
        assertThat(items.get("database-role").path("finding").asText()).isEqualTo("fine");
        assertThat(items.get("database-role").has("advice")).isFalse();
        assertThat(items.get("standby-reads").path("finding").asText()).isEqualTo("fine");
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
}
