package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.audit.Actor;
import dev.latchkey.handshake.Handshakes;
import dev.latchkey.problem.BrokerException;
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
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One renewal serves all who wait, and the renewal ahead serves those who have not come yet. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class SharedRenewalTest {

    @Inject
    DataSource database;

    @Inject
    Handshakes handshakes;

    @Inject
    RefreshAheadJob job;

    @Test
    @DisplayName("50 callers of an expired token cause one renewal and get the same token")
    void expired() {
        Story story = new Story().partner(Map.of());
        story.control()
                .fault(FaultOrder.at(story.sandboxName()).endpoint("token").answerWith(Map.of("expires_in", 5)));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");

        List<Answer> answers = AtOnce.run(50, () -> story.token(app, connection));

        assertOneToken(answers);
        assertThat(story.refreshes()).isEqualTo(1);
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(1);
    }

    @Test
    @DisplayName("50 callers with the same min_ttl cause one renewal and get the same token")
    void minTtl() {
        Story story = new Story().partner(Map.of());
        story.control()
                .fault(FaultOrder.at(story.sandboxName()).endpoint("token").answerWith(Map.of("expires_in", 200)));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String before = story.token(app, connection).expect(200).text("access_token");

        List<Answer> answers =
                AtOnce.run(50, () -> app.api().post("/connections/" + connection + "/token", Map.of("min_ttl", 300)));

        assertOneToken(answers);
        assertThat(answers.getFirst().text("access_token")).isNotEqualTo(before);
        assertThat(story.refreshes()).isEqualTo(1);
    }

    @Test
    @DisplayName("50 callers while the partner fails cause one request, and all are told the same")
    void failing() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("refresh")
                        .forever()
                        .status(503, Map.of("Retry-After", "600"), ""));

        List<Answer> answers = AtOnce.run(50, () -> story.token(app, connection));

        // who came after the first one's failure is told of the connection's own pause, which is up to a tenth longer
        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.code()).isEqualTo("partner_unavailable");
            assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(500, 720);
        });
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(1);
    }

    static Stream<Map<String, String>> tooLarge() {
        String most = "a".repeat(40 * 1024);
        return Stream.of(
                Map.of("access_token", most, "refresh_token", most), Map.of("access_token", "a".repeat(600 * 1024)));
    }

    @ParameterizedTest
    @MethodSource("tooLarge")
    @DisplayName("R44 R58 tokens that no store takes cost their partner one request, also one that does not rotate")
    void tooLargeToBeStored(Map<String, String> tokens) {
        Story story = new Story().partner(Map.of("refresh", Map.of("rotation", "none")));
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20, "rotation", "none"));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("refresh")
                        .forever()
                        .answerWith(tokens));

        List<Answer> answers = AtOnce.run(10, () -> story.token(app, connection));

        // who came after the first one's failure is told of the pause
        assertThat(answers)
                .extracting(answer -> answer.status() + " " + answer.code())
                .contains("502 partner_bad_response")
                .isSubsetOf("502 partner_bad_response", "503 partner_unavailable");
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(1);
        assertThat(new BrokerTables(database)
                        .texts(
                                "select id from connection where id = ? and retry_at > now()",
                                UUID.fromString(connection)))
                .hasSize(1);
    }

    @Test
    @DisplayName("a credential that is due is renewed before anybody asks, and is handed out from then on")
    void ahead() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String before = story.token(app, connection).expect(200).text("access_token");
        due(connection);

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            new BrokerTables(database).hurry("refresh-ahead");
            assertThat(story.refreshes()).isEqualTo(1);
        });
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(
                                story.token(app, connection).expect(200).text("access_token"))
                        .isNotEqualTo(before));

        assertThat(story.refreshes()).isEqualTo(1);
        Answer log = story.approver().get("/audit?connection=" + connection + "&action=token_refreshed");
        assertThat(log.expect(200).json().path("items")).singleElement().satisfies(row -> {
            assertThat(row.path("actor").asText()).isEqualTo("refresh-ahead");
            assertThat(row.path("actor_type").asText()).isEqualTo("system");
        });
    }

    @Test
    @DisplayName("R17 R61 registrations that cannot be used any more keep no other partner from being renewed ahead")
    void aheadOfOthers() {
        BrokerTables tables = new BrokerTables(database);
        List<Story> unusable =
                Stream.generate(() -> new Story().partner(Map.of())).limit(4).toList();
        Story usable = new Story().partner(Map.of());
        List<String> connections = Stream.concat(unusable.stream(), Stream.of(usable))
                .map(story -> story.active(story.app("shop"), "read"))
                .toList();
        unusable.forEach(it -> tables.change("update partner set catalog = 'gone' where id = ?", it.partner()));
        await().atMost(Duration.ofSeconds(60)).until(() -> unusable.stream().noneMatch(this::isUsable));
        connections.forEach(this::due);
        try {
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                tables.hurry("refresh-ahead");
                assertThat(usable.refreshes()).isEqualTo(1);
            });
        } finally {
            unusable.forEach(it -> tables.change("update partner set catalog = 'oauth2' where id = ?", it.partner()));
        }
    }

    private boolean isUsable(Story story) {
        try {
            handshakes.partner(story.partner());
            return true;
        } catch (BrokerException e) {
            return false;
        }
    }

    private void due(String connection) {
        new BrokerTables(database)
                .change(
                        "update connection set refresh_due_at = now() - interval '1 second' where id = ?",
                        UUID.fromString(connection));
    }

    @Test
    @DisplayName("R17 a look takes what falls due while it lasts, and each when it falls due: no pause makes a wave")
    void whenItFallsDue() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 3600));
        Story.App app = story.app("shop");
        UUID connection = UUID.fromString(story.active(app, "read"));
        BrokerTables tables = new BrokerTables(database);
        tables.change("update connection set refresh_due_at = now() + interval '2 seconds' where id = ?", connection);
        String due = tables.texts("select refresh_due_at::text from connection where id = ?", connection)
                .getFirst();

        job.run(Actor.system("test", "request"));

        assertThat(story.refreshes()).isEqualTo(1);
        assertThat(tables.texts(
                        "select id from connection where id = ? and token_expires_at >= cast(? as timestamptz)"
                                + " + interval '1 hour' - interval '2 seconds'",
                        connection,
                        due))
                .as("renewed when it was due")
                .hasSize(1);
    }

    private static void assertOneToken(List<Answer> answers) {
        assertThat(answers).extracting(Answer::status).containsOnly(200);
        assertThat(answers.stream().map(answer -> answer.text("access_token")).distinct())
                .hasSize(1);
    }
}
