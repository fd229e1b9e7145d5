package dev.latchkey.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.hygiene.DocumentedCalls.Call;
import dev.latchkey.testkit.BrokerStack;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The OpenAPI document and the list of calls that callers were promised say the same. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class ContractTest {

    /** What is promised. */
    private static final Set<String> PROMISED = Stream.of(
                    "GET /catalog, GET /catalog/{id}",
                    "POST /partners, GET /partners, GET /partners/{id}, PUT /partners/{id}, DELETE /partners/{id}",
                    "POST /apps, GET /apps, GET /apps/{id}, PUT /apps/{id}, DELETE /apps/{id}, POST /apps/{id}/secret",
                    "POST /connections, GET /connections, GET /connections/{id}, POST /connections/{id}/approve",
                    "POST /connections/{id}/reject, POST /connections/{id}/revoke, POST /connections/{id}/connect-url",
                    "POST /connections/{id}/confirm, POST /connections/{id}/token, GET /audit",
                    "POST /connections/{id}/sign, GET /connections/{id}/proxy/{path}",
                    "HEAD /connections/{id}/proxy/{path}, OPTIONS /connections/{id}/proxy/{path}",
                    "POST /connections/{id}/proxy/{path}, PUT /connections/{id}/proxy/{path}",
                    "PATCH /connections/{id}/proxy/{path}, DELETE /connections/{id}/proxy/{path}",
                    "PUT /partners/{partner}/standing-approvals/{app}, DELETE /partners/{partner}/standing-approvals/{app}",
                    "PUT /connections/{id}/grants/{app}, DELETE /connections/{id}/grants/{app}",
                    "POST /partners/{id}/webhook-url, GET /events/dead, POST /events/dead/{event}/replay",
                    "DELETE /events/dead/{event}, GET /readiness")
            .flatMap(line -> Stream.of(line.split(", ")))
            .map(call -> call.replace(" ", " /api/v1"))
            .collect(Collectors.toCollection(TreeSet::new));

    private static final Set<String> OUTSIDE_OF_THE_API = Set.of(
            "POST /oauth2/token",
            "POST /identity/events",
            "GET /connect/{ticket}",
            "GET /callback/{registration}",
            "POST /connection-url/{registration}",
            "GET /webhooks/{registration}/{name}",
            "POST /webhooks/{registration}/{name}");

    @Test
    @DisplayName("the OpenAPI document names every call of the contract and no other")
    void namesEveryCall() {
        Set<String> wanted = new TreeSet<>(PROMISED);
        wanted.addAll(OUTSIDE_OF_THE_API);
        List<Call> calls = DocumentedCalls.read();
        assertThat(calls.stream().map(Call::name)).containsExactlyInAnyOrderElementsOf(wanted);
    }

    @Test
    @DisplayName("the OpenAPI document names the members of each body and the parameters of each list as they are sent")
    void namesWhatIsSent() {
        Scene scene = new Scene();
        Map<String, Call> calls = DocumentedCalls.read().stream().collect(Collectors.toMap(Call::name, call -> call));
        calls.values().stream()
                .filter(call -> call.members().isPresent())
                .forEach(call -> assertThat(call.members().orElseThrow().keySet())
                        .as(call.name())
                        .containsExactlyInAnyOrderElementsOf(
                                () -> scene.good(call).fieldNames()));
        assertThat(calls.get("GET /api/v1/connections").query())
                .containsExactlyInAnyOrder("status", "partner", "owner", "after");
        assertThat(calls.get("GET /api/v1/events/dead").query()).containsExactlyInAnyOrder("app", "after");
        assertThat(calls.get("GET /api/v1/audit").query())
                .containsExactlyInAnyOrder("connection", "app", "actor", "action", "after");
        assertThat(DocumentedCalls.document().path("components").path("schemas").toString())
                .doesNotContain("createdAt", "accessToken", "containerNode");
    }

    @Test
    @DisplayName("what the generator of bad requests distorts is good before")
    void acceptsTheGoodOnes() {
        Scene scene = new Scene();
        Map<String, Integer> answers = Map.of(
                "POST /api/v1/apps", 201,
                "PUT /api/v1/apps/{id}", 200,
                "POST /api/v1/partners", 201,
                "PUT /api/v1/partners/{id}", 200);
        DocumentedCalls.read().stream()
                .filter(call -> answers.containsKey(call.name()))
                .forEach(call -> assertThat(scene.story()
                                .admin()
                                .send(
                                        call.method(),
                                        call.at(scene.values(call)),
                                        scene.good(call).toString(),
                                        "application/json")
                                .status())
                        .as(call.name())
                        .isEqualTo(answers.get(call.name())));
    }
}
