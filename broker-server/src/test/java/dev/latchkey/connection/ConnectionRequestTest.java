package dev.latchkey.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Asking for a connection, and seeing those that one may see. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class ConnectionRequestTest {

    @Inject
    DataSource database;

    @Test
    @DisplayName("a request is recorded as requested, and the asking app is its first grantee")
    void asks() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");

        Answer created = app.api().post("/connections", body(story, Map.of("purpose", "orders", "methods", List.of())));

        created.expect(201);
        assertThat(created.text("status")).isEqualTo("requested");
        assertThat(created.text("requested_by")).isEqualTo(app.id());
        assertThat(created.json().path("grants"))
                .singleElement()
                .satisfies(grant -> assertThat(grant.path("app").asText()).isEqualTo(app.id()));
        assertThat(story.token(app, created.text("id")).code()).isEqualTo("connection_not_active");
        assertThat(app.api()
                        .post("/connections/" + created.text("id") + "/connect-url")
                        .code())
                .isEqualTo("connection_not_approved");
    }

    @Test
    @DisplayName("what is wrong in a request is refused at its member, and nothing is recorded")
    void refuses() {
        Story story = new Story().partner(Map.of("scopes", List.of("read", "write")));
        Story.App app = story.app("shop");

        assertRefused(story, app, Map.of("partner", "no-such-partner"), "invalid_request");
        assertRefused(story, app, Map.of("partner", "UPPER"), "invalid_request");
        assertRefused(story, app, Map.of("partner", 7), "invalid_request");
        assertRefused(story, app, Map.of("owner", ""), "invalid_request");
        assertRefused(story, app, Map.of("owner", "a\u0000b"), "invalid_request");
        assertRefused(story, app, Map.of("owner", "o".repeat(201)), "invalid_request");
        assertRefused(story, app, Map.of("purpose", "p".repeat(501)), "invalid_request");
        assertRefused(story, app, Map.of("scopes", List.of("admin")), "invalid_scope");
        assertRefused(story, app, Map.of("scopes", List.of("re ad")), "invalid_scope");
        assertRefused(story, app, Map.of("scopes", List.of("read", "read")), "invalid_request");
        assertRefused(story, app, Map.of("scopes", "read"), "invalid_request");
        assertRefused(story, app, Map.of("methods", List.of("G E T")), "invalid_request");
        assertRefused(story, app, Map.of("return_url", "https://evil.example/"), "redirect_uri_not_registered");
        assertRefused(story, app, Map.of("return_url", Story.RETURN_URL + "&x"), "redirect_uri_not_registered");
        Map<String, Object> ownerless = new HashMap<>(body(story, Map.of()));
        ownerless.remove("owner");
        assertThat(app.api().post("/connections", ownerless).code()).isEqualTo("invalid_request");
        assertThat(app.api().post("/connections").code()).isEqualTo("invalid_request");
        Answer oversize = app.api().post("/connections", body(story, Map.of("purpose", "p".repeat(70_000))));
        assertThat(oversize.status()).isEqualTo(413);
        assertThat(oversize.code()).isEqualTo("payload_too_large");

        assertThat(new BrokerTables(database).texts("select id from connection where partner = ?", story.partner()))
                .isEmpty();
    }

    @Test
    @DisplayName("a partner whose scopes are mandatory needs one, in a request and in a narrowing approval")
    void scopesAreNeeded() {
        Story story = cryptonit();
        Story.App app = story.app("shop");
        Map<String, Object> none = Map.of("partner", story.partner(), "owner", "o", "scopes", List.of());
        Map<String, Object> basic = Map.of("partner", story.partner(), "owner", "o", "scopes", List.of("basic"));

        assertThat(app.api().post("/connections", none).code()).isEqualTo("invalid_scope");
        String id = app.api().post("/connections", basic).expect(201).text("id");
        Answer approval = story.approver().post("/connections/" + id + "/approve", Map.of("scopes", List.of()));

        assertThat(approval.code()).isEqualTo("invalid_scope");
        assertThat(story.status(id)).isEqualTo("requested");
    }

    @Test
    @DisplayName("an admin may ask, too, but an approver alone may not, and nobody without credentials")
    void whoMayAsk() {
        Story story = new Story().partner(Map.of());
        Map<String, Object> body = Map.of("partner", story.partner(), "owner", "o", "scopes", List.of("read"));

        Answer byAdmin = story.admin().post("/connections", body).expect(201);

        assertThat(byAdmin.text("requested_by")).isEqualTo("admin");
        assertThat(byAdmin.json().path("grants")).isEmpty();
        assertThat(story.approver().post("/connections", body).code()).isEqualTo("forbidden");
        assertThat(dev.latchkey.testkit.BrokerApi.anonymous(BrokerStack.broker())
                        .post("/connections", body)
                        .status())
                .isEqualTo(401);
    }

    @Test
    @DisplayName("lists are newest first, filtered, and an app sees its own only")
    void lists() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        Story.App other = story.app("other");
        String first = story.request(app, "read");
        String second = story.request(app, "read");
        String third = app.api()
                .post("/connections", body(story, Map.of("owner", "someone else")))
                .expect(201)
                .text("id");
        String foreign = story.request(other, "read");
        story.approver().post("/connections/" + first + "/approve").expect(200);
        String mine = "/connections?partner=" + story.partner();

        assertThat(ids(app.api().get(mine))).containsExactly(third, second, first);
        assertThat(ids(other.api().get(mine))).containsExactly(foreign);
        assertThat(ids(story.approver().get(mine))).containsExactly(foreign, third, second, first);
        assertThat(ids(app.api().get(mine + "&status=approved"))).containsExactly(first);
        assertThat(ids(app.api().get(mine + "&owner=someone%20else"))).containsExactly(third);
        assertThat(ids(app.api().get(mine + "&status=requested&owner=owner-" + story.mark())))
                .containsExactly(second);
        assertThat(app.api().get("/connections?status=nonsense").code()).isEqualTo("invalid_request");
        assertThat(app.api().get("/connections?after=-1").code()).isEqualTo("invalid_request");
        assertThat(app.api().get("/connections?after=1%20or%201=1").code()).isEqualTo("invalid_request");
    }

    @Test
    @DisplayName("a long list comes in pages that neither repeat nor leave out")
    void pages() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        List<String> asked = new ArrayList<>();
        for (int i = 0; i < 101; i++) {
            asked.addFirst(story.request(app, "read"));
        }

        Answer page = app.api().get("/connections").expect(200);
        List<String> seen = new ArrayList<>(ids(page));
        assertThat(seen).hasSize(100);
        Answer last = app.api().get("/connections?after=" + page.text("next")).expect(200);
        seen.addAll(ids(last));

        assertThat(seen).containsExactlyElementsOf(asked);
        assertThat(last.json().has("next")).isFalse();
    }

    private static void assertRefused(Story story, Story.App app, Map<String, ?> change, String code) {
        Answer answer = app.api().post("/connections", body(story, change));
        assertThat(answer.status()).as("%s", change).isEqualTo(400);
        assertThat(answer.code()).as("%s", change).isEqualTo(code);
    }

    private static Map<String, Object> body(Story story, Map<String, ?> change) {
        Map<String, Object> body = new HashMap<>(
                Map.of("partner", story.partner(), "owner", "owner-" + story.mark(), "scopes", List.of("read")));
        body.putAll(change);
        return body;
    }

    private static List<String> ids(Answer page) {
        List<String> ids = new ArrayList<>();
        for (JsonNode item : page.expect(200).json().path("items")) {
            ids.add(item.path("id").asText());
        }
        return ids;
    }

    private static Story cryptonit() {
        Story story = new Story();
        story.admin()
                .post(
                        "/partners",
                        Map.of(
                                "id",
                                story.partner(),
                                "catalog",
                                "cryptonit-oauth2",
                                "credentials",
                                Map.of("client_id", story.clientId(), "client_secret", story.clientSecret())))
                .expect(201);
        return story;
    }
}
