package dev.latchkey.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What an approver decides about a request, and how long it holds. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class ApprovalTest {

    @Inject
    DataSource database;

    @Inject
    Clock clock;

    @Test
    @DisplayName("an approval may narrow the scopes and the partner is asked for no more than that")
    void narrows() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String id = story.request(app, "read", "write");

        Answer approved = story.approver()
                .post(
                        "/connections/" + id + "/approve",
                        Map.of("scopes", List.of("read"), "comment", "reading will do"))
                .expect(200);

        assertThat(approved.text("status")).isEqualTo("approved");
        assertThat(approved.text("approved_by")).isEqualTo("approver");
        assertThat(approved.text("comment")).isEqualTo("reading will do");
        assertThat(texts(approved.json().path("scopes"))).containsExactly("read");
        assertThat(texts(approved.json().path("requested_scopes"))).containsExactlyInAnyOrder("read", "write");
        story.atConsent(story.connectUrl(app, id));
        assertThat(story.control()
                        .requests(story.sandboxName(), "authorize")
                        .getFirst()
                        .queryValue("scope"))
                .contains("read");
    }

    @Test
    @DisplayName("an approval beyond the request is invalid_scope and decides nothing")
    void beyond() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String id = app.api()
                .post(
                        "/connections",
                        Map.of(
                                "partner", story.partner(),
                                "owner", "o",
                                "scopes", List.of("read"),
                                "methods", List.of("GET")))
                .expect(201)
                .text("id");

        assertThat(approve(story, id, Map.of("scopes", List.of("read", "write")))
                        .code())
                .isEqualTo("invalid_scope");
        assertThat(approve(story, id, Map.of("methods", List.of("GET", "POST"))).code())
                .isEqualTo("invalid_scope");
        assertThat(approve(story, id, Map.of("methods", List.of())).code()).isEqualTo("invalid_scope");
        assertThat(approve(
                                story,
                                id,
                                Map.of(
                                        "expires_at",
                                        clock.instant().minusSeconds(1).toString()))
                        .code())
                .isEqualTo("invalid_request");
        assertThat(approve(story, id, Map.of("expires_at", "tomorrow")).code()).isEqualTo("invalid_request");
        assertThat(approve(story, id, Map.of("comment", "c".repeat(1001))).code())
                .isEqualTo("invalid_request");
        assertThat(story.status(id)).isEqualTo("requested");
    }

    @Test
    @DisplayName("a rejected request is over, and a decision is made once")
    void rejects() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String id = story.request(app, "read");

        Answer rejected = story.approver()
                .post("/connections/" + id + "/reject", Map.of("comment", "no"))
                .expect(200);

        assertThat(rejected.text("status")).isEqualTo("rejected");
        assertThat(approve(story, id, Map.of()).code()).isEqualTo("conflict");
        assertThat(story.approver().post("/connections/" + id + "/reject").code())
                .isEqualTo("conflict");
        assertThat(story.approver().post("/connections/" + id + "/revoke").code())
                .isEqualTo("conflict");
        assertThat(app.api().post("/connections/" + id + "/connect-url").status())
                .isEqualTo(409);
        Answer token = story.token(app, id);
        assertThat(token.code()).isEqualTo("connection_not_active");
        assertThat(token.text("connection_status")).isEqualTo("rejected");
    }

    @Test
    @DisplayName("nobody decides about a request of their own; another approver does")
    void makerAndChecker() {
        Story story = new Story().partner(Map.of());
        String id = story.admin()
                .post("/connections", Map.of("partner", story.partner(), "owner", "o", "scopes", List.of("read")))
                .expect(201)
                .text("id");

        Answer self = story.admin().post("/connections/" + id + "/approve");
        Answer selfRejected = story.admin().post("/connections/" + id + "/reject");

        assertThat(self.status()).isEqualTo(403);
        assertThat(self.code()).isEqualTo("self_approval");
        assertThat(selfRejected.code()).isEqualTo("self_approval");
        assertThat(story.status(id)).isEqualTo("requested");
        assertThat(approve(story, id, Map.of()).expect(200).text("approved_by")).isEqualTo("approver");
    }

    @Test
    @DisplayName("an app decides nothing")
    void appsDoNotDecide() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String id = story.request(app, "read");

        for (String step : List.of("approve", "reject", "revoke")) {
            assertThat(app.api().post("/connections/" + id + "/" + step).code()).isEqualTo("forbidden");
        }
        assertThat(app.api()
                        .put("/connections/" + id + "/grants/" + app.id(), Map.of())
                        .code())
                .isEqualTo("forbidden");
        assertThat(story.status(id)).isEqualTo("requested");
    }

    @Test
    @DisplayName("an approval that has run out gives no token, and the sweep ends the connection and its secret")
    void runsOut() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String id = story.request(app, "read");
        approve(
                        story,
                        id,
                        Map.of(
                                "expires_at",
                                clock.instant().plus(Duration.ofHours(1)).toString()))
                .expect(200);
        connect(story, app, id);
        story.token(app, id).expect(200);
        BrokerTables tables = new BrokerTables(database);

        tables.change(
                "update connection set expires_at = now(), version = version + 1 where id = ?", UUID.fromString(id));

        Answer late = story.token(app, id);
        assertThat(late.code()).isEqualTo("connection_not_active");
        assertThat(late.text("connection_status")).isEqualTo("expired");
        tables.hurry("connection-expiry");
        await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
            assertThat(story.status(id)).isEqualTo("expired");
            assertThat(tables.vaultPathsOf(id)).isEmpty();
            assertThat(story.control().count(story.sandboxName(), "revoke")).isEqualTo(1);
        });
        assertThat(story.token(app, id).text("connection_status")).isEqualTo("expired");
        assertThat(story.control().count(story.sandboxName(), "refresh")).isZero();
    }

    @Test
    @DisplayName("a standing approval approves what lies within it, and the audit log names the rule")
    void standing() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        Story.App other = story.app("other");
        String rule = "/partners/" + story.partner() + "/standing-approvals/" + app.id();
        story.approver().put(rule, Map.of("scopes", List.of("read", "list"))).expect(204);

        String within = story.request(app, "read");
        String beyond = story.request(app, "read", "write");
        String foreign = story.request(other, "read");

        assertThat(story.status(within)).isEqualTo("approved");
        assertThat(story.status(beyond)).isEqualTo("requested");
        assertThat(story.status(foreign)).isEqualTo("requested");
        JsonNode row = story.approver()
                .get("/audit?connection=" + within + "&action=connection_approved")
                .expect(200)
                .json()
                .path("items")
                .path(0);
        assertThat(row.path("details").path("rule").asText())
                .isEqualTo("standing-approval:" + story.partner() + "/" + app.id());
        assertThat(row.path("details").path("approver").asText()).isEqualTo("approver");
        assertThat(story.approver().get("/connections/" + within).text("approval_rule"))
                .isEqualTo("standing-approval:" + story.partner() + "/" + app.id());
        story.approver().delete(rule).expect(204);
        assertThat(story.status(story.request(app, "read"))).isEqualTo("requested");
        assertThat(story.approver().delete(rule).status()).isEqualTo(404);
    }

    @Test
    @DisplayName("a standing approval ends, restricts methods, and is set by an approver for what exists")
    void standingLimits() {
        Story story = new Story().partner(Map.of("scopes", List.of("read", "write")));
        Story.App app = story.app("shop");
        String rule = "/partners/" + story.partner() + "/standing-approvals/" + app.id();

        assertThat(story.approver().put(rule, Map.of()).code()).isEqualTo("invalid_request");
        assertThat(story.approver()
                        .put(rule, Map.of("scopes", List.of("admin")))
                        .code())
                .isEqualTo("invalid_scope");
        assertThat(app.api().put(rule, Map.of("scopes", List.of("read"))).code())
                .isEqualTo("forbidden");
        assertThat(story.approver()
                        .put(
                                "/partners/" + story.partner() + "/standing-approvals/nobody",
                                Map.of("scopes", List.of("read")))
                        .status())
                .isEqualTo(404);
        assertThat(story.approver()
                        .put("/partners/nobody/standing-approvals/" + app.id(), Map.of("scopes", List.of("read")))
                        .status())
                .isEqualTo(404);

        story.approver()
                .put(rule, Map.of("scopes", List.of("read"), "methods", List.of("GET")))
                .expect(204);
        assertThat(story.status(story.request(app, "read"))).isEqualTo("requested");
        story.approver().put(rule, Map.of("scopes", List.of("read"))).expect(204);
        assertThat(story.status(story.request(app, "read"))).isEqualTo("approved");
        new BrokerTables(database)
                .change("update standing_approval set expires_at = now() where partner = ?", story.partner());
        assertThat(story.status(story.request(app, "read"))).isEqualTo("requested");
    }

    @Test
    @DisplayName("a grant lets a second app in, as far as it says, and ends when it is taken back")
    void grants() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        Story.App other = story.app("other");
        String id = story.active(app, "read");
        String grant = "/connections/" + id + "/grants/" + other.id();
        assertThat(other.api().get("/connections/" + id).status()).isEqualTo(404);

        Answer set =
                story.approver().put(grant, Map.of("scopes", List.of("read"))).expect(200);

        assertThat(set.json().path("grants")).hasSize(2);
        assertThat(story.token(other, id).expect(200).text("access_token"))
                .isEqualTo(story.token(app, id).expect(200).text("access_token"));
        JsonNode seen = other.api().get("/connections/" + id).expect(200).json();
        assertThat(seen.path("grants"))
                .singleElement()
                .satisfies(row -> assertThat(row.path("app").asText()).isEqualTo(other.id()));
        assertThat(story.approver()
                        .put(grant, Map.of("scopes", List.of("write")))
                        .code())
                .isEqualTo("invalid_scope");
        assertThat(story.approver()
                        .put("/connections/" + id + "/grants/nobody", Map.of())
                        .status())
                .isEqualTo(404);
        story.approver().delete(grant).expect(204);
        assertThat(other.api().get("/connections/" + id).status()).isEqualTo(404);
        assertThat(story.token(other, id).status()).isEqualTo(404);
        assertThat(story.approver().delete(grant).status()).isEqualTo(404);
    }

    private static void connect(Story story, Story.App app, String id) {
        var back = story.consented(story.atConsent(story.connectUrl(app, id)));
        app.api()
                .post(
                        "/connections/" + id + "/confirm",
                        Map.of("handle", Story.query(back).get("handle")))
                .expect(200);
    }

    private static Answer approve(Story story, String id, Map<String, ?> terms) {
        return story.approver().post("/connections/" + id + "/approve", terms);
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(item.asText()));
        return texts;
    }
}
