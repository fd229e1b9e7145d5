package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What sparing a partner means for its connections: nothing is spent, nothing fails, nobody asks more than is borne. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class ProtectedPartnerTest {

    private static final int MOST_CALLS_A_DAY = 120;

    @Inject
    DataSource database;

    @Inject
    OrderedPoints points;

    @Test
    @DisplayName("R57: a 429 to one connection holds back the others of its partner; a token that lives is served")
    void pausedTogether() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String lives = story.active(app, "read");
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20));
        String first = story.active(app, "read");
        String second = story.active(app, "read");
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("refresh")
                        .status(429, Map.of("Retry-After", "120"), ""));
        assertThat(story.token(app, first).code()).isEqualTo("partner_rate_limited");

        Answer held = story.token(app, second);

        assertThat(held.status()).isEqualTo(429);
        assertThat(held.code()).isEqualTo("partner_rate_limited");
        assertThat(Integer.parseInt(held.header("Retry-After"))).isBetween(60, 132);
        story.token(app, lives).expect(200);
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(1);
        assertThat(standing(second)).isEqualTo("active 0 none");
        assertThat(audited(second, "refresh_failed")).isZero();

        new BrokerTables(database).change("delete from partner_pause where partner = ?", story.partner());
        story.token(app, second).expect(200);
    }

    @Test
    @DisplayName("R17: what the rate does not allow is not sent, and nothing has failed")
    void beyondTheRate() {
        Story story = new Story().partner(Map.of("refresh", Map.of("rotation", "strict")));
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20, "rotation", "strict"));
        Story.App app = story.app("shop");
        String first = story.active(app, "read");
        String second = story.active(app, "read");
        rate(story, Map.of("calls", 1, "per", 3600));
        story.token(app, first).expect(200);

        Answer held = story.token(app, second);
        Answer again = story.token(app, second);

        assertThat(held.status()).isEqualTo(429);
        assertThat(held.code()).isEqualTo("partner_rate_limited");
        assertThat(Integer.parseInt(held.header("Retry-After"))).isBetween(3000, 3600);
        assertThat(again.status()).isEqualTo(429);
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(1);
        assertThat(standing(second)).isEqualTo("active 0 none");
        assertThat(audited(second, "refresh_failed")).isZero();

        rate(story, Map.of("calls", 100));
        story.token(app, second).expect(200);
    }

    @Test
    @DisplayName(
            "R25, R26, R57: what is held back at the last moment was not sent: the intent is cleared, never ambiguous")
    void heldBackAfterTheIntent() {
        Story story = new Story().partner(Map.of("refresh", Map.of("rotation", "strict")));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        BrokerTables tables = new BrokerTables(database);
        points.order(
                KillPoint.K4,
                connection,
                () -> tables.change(
                        "insert into partner_pause (partner, until, rate_limited)"
                                + " values (?, now() + interval '60 seconds', true)",
                        story.partner()));

        Answer held = app.api().post("/connections/" + connection + "/token", Map.of("min_ttl", 3600));

        assertThat(held.code()).isEqualTo("partner_rate_limited");
        assertThat(Integer.parseInt(held.header("Retry-After"))).isBetween(30, 60);
        assertThat(story.control().count(story.sandboxName(), "refresh")).isZero();
        assertThat(standing(connection)).isEqualTo("active 0 CLEARED");
        assertThat(audited(connection, "refresh_failed")).isZero();
        story.token(app, connection).expect(200);
    }

    @Test
    @DisplayName("R58: a dead connection costs its partner at most 120 calls a day, whoever asks")
    void dead() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        Map<String, String> json = Map.of("Content-Type", "application/json");
        Duration day = Duration.ZERO;
        int calls = 0;
        while (day.compareTo(Duration.ofDays(1)) < 0) {
            story.control()
                    .fault(FaultOrder.at(story.sandboxName())
                            .endpoint("refresh")
                            .status(400, json, "{\"error\":\"invalid_request\"}"));
            List<Answer> answers = AtOnce.run(10, () -> story.token(app, connection));
            assertThat(answers).extracting(Answer::status).doesNotContain(200, 500);
            calls++;
            day = day.plus(timePasses(connection));
        }

        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(calls);
        assertThat(calls).isBetween(24, MOST_CALLS_A_DAY);
        assertThat(story.status(connection)).isEqualTo("active");
        story.token(app, connection).expect(200);
        assertThat(standing(connection)).isEqualTo("active 0 DONE");
    }

    /** Until the connection may be tried again; gives how long that would have taken. */
    private Duration timePasses(String connection) {
        UUID id = UUID.fromString(connection);
        BrokerTables tables = new BrokerTables(database);
        String left = tables.texts(
                        "select extract(epoch from retry_at - now())::bigint from connection where id = ?", id)
                .getFirst();
        tables.change("update connection set retry_at = null where id = ?", id);
        return Duration.ofSeconds(Long.parseLong(left));
    }

    private String standing(String connection) {
        return new BrokerTables(database)
                .texts(
                        "select c.status || ' ' || c.failures || ' ' || coalesce(i.state, 'none') from connection c"
                                + " left join refresh_intent i on i.connection = c.id where c.id = ?",
                        UUID.fromString(connection))
                .getFirst();
    }

    private int audited(String connection, String action) {
        return new BrokerTables(database)
                .texts(
                        "select id from audit_event where connection = ? and action = ?",
                        UUID.fromString(connection),
                        action)
                .size();
    }

    /** The registration with this rate, and everything else as it was. */
    private void rate(Story story, Map<String, Integer> rate) {
        story.admin()
                .put(
                        "/partners/" + story.partner(),
                        Map.of(
                                "catalog",
                                "oauth2",
                                "credentials",
                                Map.of(),
                                "settings",
                                Map.of(
                                        "rate",
                                        rate,
                                        "refresh",
                                        Map.of("rotation", "strict"),
                                        "endpoints",
                                        Map.of(
                                                "authorization_endpoint",
                                                story.at("authorize"),
                                                "token_endpoint",
                                                story.at("token"),
                                                "revocation_endpoint",
                                                story.at("revoke"),
                                                "api_base",
                                                story.at("api")))))
                .expect(200);
    }
}
