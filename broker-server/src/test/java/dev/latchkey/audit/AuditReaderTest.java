package dev.latchkey.audit;

import static dev.latchkey.audit.AuditFixture.APP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuditReaderTest {

    private AuditFixture audit;

    @BeforeEach
    void open() {
        audit = AuditFixture.open(Duration.ofSeconds(30), 1000);
    }

    @AfterEach
    void close() {
        audit.close();
    }

    @Test
    @DisplayName("pages lead from the newest row to the oldest, each once")
    void pages() {
        for (int row = 0; row < AuditReader.PAGE + 1; row++) {
            audit.write(AuditEvent.of(APP, AuditAction.TOKEN_HANDED_OUT).detail("row", row));
        }

        AuditPage first = find(Map.of());
        AuditPage second = find(Map.of("after", List.of(first.next().orElseThrow())));

        assertThat(first.items()).hasSize(AuditReader.PAGE);
        assertThat(first.items().getFirst().details().get("row").intValue()).isEqualTo(AuditReader.PAGE);
        assertThat(second.items())
                .singleElement()
                .satisfies(
                        row -> assertThat(row.details().get("row").intValue()).isZero());
        assertThat(second.next()).isEmpty();
    }

    @Test
    @DisplayName("every parameter narrows")
    void filters() {
        UUID connection = UUID.randomUUID();
        Actor person = new Actor(Actor.Type.PERSON, "alice", "r", "-");
        audit.write(AuditEvent.of(APP, AuditAction.TOKEN_HANDED_OUT).app("shop"));
        audit.write(AuditEvent.of(person, AuditAction.CONNECTION_REVOKED).connection(connection));

        assertThat(find(Map.of("app", List.of("shop"))).items()).hasSize(1);
        assertThat(find(Map.of("actor", List.of("alice"))).items()).hasSize(1);
        assertThat(find(Map.of("connection", List.of(connection.toString()))).items())
                .hasSize(1);
        assertThat(find(Map.of("action", List.of("connection_revoked"))).items())
                .hasSize(1);
        assertThat(find(Map.of("actor", List.of("alice"), "app", List.of("shop")))
                        .items())
                .isEmpty();
        assertThat(find(Map.of("actor", List.of("' or true --"))).items()).isEmpty();
    }

    @ParameterizedTest
    @DisplayName("malformed parameters are refused, and not echoed")
    @CsvSource({
        "connection,1-1-1-1-1",
        "connection,''",
        "app,Shop",
        "app,a b",
        "actor,''",
        "action,token_stolen",
        "action,TOKEN_HANDED_OUT",
        "after,-1",
        "after,0",
        "after,1e3",
        "after,99999999999999999999",
        "outcome,denied"
    })
    void refusesMalformedParameter(String name, String value) {
        assertRefused(Map.of(name, List.of(value)));
    }

    @Test
    @DisplayName("a parameter given twice is refused")
    void refusesDuplicate() {
        assertRefused(Map.of("app", List.of("shop", "shop")));
    }

    @Test
    @DisplayName("a row has the members of the contract, absent ones left out")
    void hasTheMembersOfTheContract() {
        audit.write(AuditEvent.of(APP, AuditAction.APP_CREATED));

        JsonNode json = new ObjectMapper()
                .registerModule(new Jdk8Module())
                .registerModule(new JavaTimeModule())
                .valueToTree(find(Map.of()));

        assertThat(json.fieldNames()).toIterable().containsExactly("items");
        assertThat(json.get("items").get(0).fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        "seq",
                        "time",
                        "actor",
                        "actor_type",
                        "action",
                        "outcome",
                        "request_id",
                        "source_ip",
                        "details");
    }

    private AuditPage find(Map<String, List<String>> parameters) {
        return audit.reader().find(AuditFilter.parse(parameters));
    }

    private static void assertRefused(Map<String, List<String>> parameters) {
        assertThatThrownBy(() -> AuditFilter.parse(parameters)).isInstanceOfSatisfying(BrokerException.class, e -> {
            assertThat(e.type()).isEqualTo(ProblemType.INVALID_REQUEST);
            parameters.values().stream()
                    .flatMap(List::stream)
                    .filter(value -> value.length() > 1)
                    .forEach(value -> assertThat(e.publicDetail()).doesNotContain(value));
        });
    }
}
