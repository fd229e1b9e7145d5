package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A renewal whose token covers other scopes than before. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class ScopeChangeTest {

    @Inject
    DataSource database;

    @Test
    @DisplayName("R68 fewer scopes on a renewal are recorded, told of and shown")
    void fewer() {
        Story story = shortLived();
        Story.App app = story.app("shop");
        listens(story, app);
        String connection = story.active(app, "read", "write");
        renewalSays(story, "read");

        Answer token = story.token(app, connection).expect(200);

        assertThat(token.text("scope")).isEqualTo("read");
        assertThat(warnings(token)).contains("partner_granted_less").doesNotContain("partner_granted_more");
        JsonNode view = story.approver().get("/connections/" + connection).json();
        assertThat(texts(view.path("partner_scopes"))).containsExactly("read");
        assertThat(texts(view.path("scopes"))).containsExactlyInAnyOrder("read", "write");
        assertThat(change(story, connection).path("lost").asText()).isEqualTo("write");
        assertThat(events(connection)).contains("connection.scopes_changed");
    }

    @Test
    @DisplayName("R68 more scopes on a renewal are recorded and not offered to apps")
    void more() {
        Story story = shortLived();
        Story.App app = story.app("shop");
        listens(story, app);
        String connection = story.active(app, "read");
        renewalSays(story, "read admin");

        Answer token = story.token(app, connection).expect(200);

        assertThat(token.text("scope")).isEqualTo("read");
        assertThat(warnings(token)).contains("partner_granted_more").doesNotContain("partner_granted_less");
        JsonNode view = story.approver().get("/connections/" + connection).json();
        assertThat(texts(view.path("partner_scopes"))).containsExactlyInAnyOrder("read", "admin");
        assertThat(texts(view.path("scopes"))).containsExactly("read");
        assertThat(change(story, connection).path("gained").asText()).isEqualTo("admin");
        assertThat(events(connection)).contains("connection.scopes_changed");
        assertThat(app.api()
                        .post("/connections/" + connection + "/token", Map.of("scopes", List.of("admin")))
                        .code())
                .isEqualTo("scope_not_granted");
    }

    @Test
    @DisplayName("R68 a renewal that says nothing about scopes changes none")
    void silent() {
        Story story = shortLived();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read", "write");
        story.control()
                .fault(FaultOrder.at(story.sandboxName()).endpoint("refresh").answerWithout("scope"));

        Answer token = story.token(app, connection).expect(200);

        assertThat(token.text("scope").split(" ")).containsExactlyInAnyOrder("read", "write");
        assertThat(story.approver()
                        .get("/audit?connection=" + connection + "&action=scopes_changed")
                        .expect(200)
                        .json()
                        .path("items"))
                .isEmpty();
    }

    private static void renewalSays(Story story, String scope) {
        story.control()
                .fault(FaultOrder.at(story.sandboxName()).endpoint("refresh").answerWith(Map.of("scope", scope)));
    }

    /** Nobody listens at the address; the event stays where it waits. */
    private static void listens(Story story, Story.App app) {
        story.admin()
                .put(
                        "/apps/" + app.id(),
                        Map.of(
                                "name",
                                "shop",
                                "return_urls",
                                List.of(Story.RETURN_URL),
                                "events_url",
                                "http://127.0.0.1:9/events"))
                .expect(200);
    }

    private List<String> events(String connection) {
        return new BrokerTables(database)
                .texts("select type from event_delivery where connection = ?", UUID.fromString(connection));
    }

    private static JsonNode change(Story story, String connection) {
        JsonNode items = story.approver()
                .get("/audit?connection=" + connection + "&action=scopes_changed")
                .expect(200)
                .json()
                .path("items");
        assertThat(items).hasSize(1);
        return items.get(0).path("details");
    }

    private static List<String> warnings(Answer answer) {
        return texts(answer.json().path("warnings"));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new java.util.ArrayList<>();
        array.forEach(item -> texts.add(item.asText()));
        return texts;
    }

    private static Story shortLived() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20));
        return story;
    }
}
