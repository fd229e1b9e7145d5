package dev.latchkey.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.connection.ConnectionEvents.Type;
import dev.latchkey.secret.Secret;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OutboxConnectionEventsTest {

    private static final UUID CONNECTION = UUID.fromString("0191d7a0-0000-7000-8000-000000000001");

    private final ObjectMapper json = new ObjectMapper();

    @Test
    @DisplayName("R68 writes the body as the contract says")
    void writesTheContractsBody() {
        String body = OutboxConnectionEvents.body(
                json, Type.SCOPES_CHANGED, CONNECTION, "bank", Map.of("lost", List.of("trade")));

        assertThat(body)
                .isEqualTo(
                        "{\"type\":\"connection.scopes_changed\",\"partner\":\"bank\","
                                + "\"connection\":\"0191d7a0-0000-7000-8000-000000000001\",\"payload\":{\"lost\":[\"trade\"]}}");
    }

    @Test
    @DisplayName("refuses a secret in a payload")
    void refusesASecret() {
        Map<String, Object> payload = Map.of("token", Secret.of("kept"));

        assertThatThrownBy(() -> OutboxConnectionEvents.body(json, Type.ACTIVE, CONNECTION, "bank", payload))
                .isInstanceOf(IllegalStateException.class);
    }
}
