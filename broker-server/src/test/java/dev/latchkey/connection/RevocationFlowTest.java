package dev.latchkey.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How a connection ends: here at once, at the partner as soon as it lets us. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class RevocationFlowTest {

    @Inject
    DataSource database;

    @Test
    @DisplayName("R103 a partner that revokes at once: 200, and nothing is left here")
    void revoked() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String family = story.family();

        Answer answer = revoke(story, connection).expect(200);

        assertThat(answer.text("status")).isEqualTo("revoked");
        assertThat(alive(story, family)).isFalse();
        assertNothingLeft(connection);
        assertThat(revoke(story, connection).code()).isEqualTo("conflict");
        assertThat(story.control().count(story.sandboxName(), "revoke")).isEqualTo(1);
    }

    static Stream<Arguments> outages() {
        FaultOrder revoke = FaultOrder.anywhere().endpoint("revoke");
        return Stream.of(
                Arguments.of("503", revoke.status(503, Map.of("Retry-After", "1"), "")),
                Arguments.of("no answer", revoke.dropBeforeCommit()),
                Arguments.of("too late", revoke.latency(Duration.ofSeconds(13))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("outages")
    @DisplayName("R103 a partner that cannot revoke now: 202, the secret is gone here, the journal tries again")
    void revokedLater(String name, FaultOrder outage) {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        BrokerTables tables = new BrokerTables(database);
        story.control().fault(outage.user("user-" + story.mark()));

        Answer answer = revoke(story, connection).expect(202);

        assertThat(answer.text("status")).isEqualTo("revoked");
        assertThat(tables.vaultPathsOf(connection)).isEmpty();
        assertThat(journal(connection)).hasSize(1);
        assertThat(tables.vaultPathsOf(journal(connection).getFirst())).hasSize(1);
        assertThat(story.token(app, connection).status()).isEqualTo(404);

        String entry = journal(connection).getFirst();
        // again and again: the partner may have asked for a pause
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> {
                    tables.texts(
                            "update pending_revocation set retry_at = now() where id = ? returning id",
                            UUID.fromString(entry));
                    tables.hurry("handshake-sweep");
                    assertThat(journal(connection)).isEmpty();
                });

        assertThat(alive(story, story.family())).isFalse();
        assertThat(tables.vaultPathsOf(entry)).isEmpty();
        assertNothingLeft(connection);
    }

    @Test
    @DisplayName("R103 a token is not kept for longer than a day when the partner never revokes it")
    void givenUp() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        BrokerTables tables = new BrokerTables(database);
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("revoke")
                        .forever()
                        .status(503, Map.of(), ""));
        revoke(story, connection).expect(202);
        String entry = journal(connection).getFirst();
        assertThat(tables.texts(
                        "select id from pending_revocation where id = ? and expires_at <= now() + interval '24 hours'",
                        UUID.fromString(entry)))
                .hasSize(1);

        tables.change("update pending_revocation set expires_at = now() where id = ?", UUID.fromString(entry));
        tables.hurry("handshake-sweep");

        await().atMost(Duration.ofSeconds(90))
                .untilAsserted(() -> assertThat(journal(connection)).isEmpty());
        assertThat(tables.vaultPathsOf(entry)).isEmpty();
    }

    @Test
    @DisplayName("R103 what could not be destroyed while the vault was away is destroyed and revoked later")
    void vaultAway() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        BrokerTables tables = new BrokerTables(database);

        Answer answer;
        tables.asOwner("alter table local_vault rename to local_vault_away");
        try {
            answer = revoke(story, connection);
        } finally {
            tables.asOwner("alter table local_vault_away rename to local_vault");
        }

        assertThat(answer.status()).isEqualTo(202);
        assertThat(story.status(connection)).isEqualTo("revoked");
        assertThat(story.token(app, connection).status()).isEqualTo(404);
        tables.hurry("connection-expiry");
        await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
            assertThat(alive(story, story.family())).isFalse();
            assertNothingLeft(connection);
        });
    }

    @Test
    @DisplayName("R103 a partner that refuses to revoke will not change its mind: 200, and nothing is left")
    void refused() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("revoke")
                        .status(
                                400,
                                Map.of("Content-Type", "application/json"),
                                "{\"error\":\"unsupported_token_type\"}"));

        revoke(story, connection).expect(200);

        assertNothingLeft(connection);
    }

    @Test
    @DisplayName("R103 a partner without a revocation endpoint is not asked")
    void noEndpoint() {
        Story story = new Story().partner(Map.of("revocation_endpoint", ""), Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");

        revoke(story, connection).expect(200);

        assertThat(story.control().count(story.sandboxName(), "revoke")).isZero();
        assertNothingLeft(connection);
    }

    @Test
    @DisplayName("R104 no app gets a token after the end, neither a cached one nor a new one")
    void finalForAll() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        Story.App other = story.app("other");
        String cached = story.active(app, "read");
        story.approver()
                .put("/connections/" + cached + "/grants/" + other.id(), Map.of())
                .expect(200);
        story.token(app, cached).expect(200);
        story.token(other, cached).expect(200);

        revoke(story, cached).expect(200);

        List<Answer> answers = AtOnce.run(20, () -> story.token(app, cached));
        assertThat(answers).extracting(Answer::status).containsOnly(404);
        assertThat(story.token(other, cached).status()).isEqualTo(404);
        assertThat(app.api()
                        .post("/connections/" + cached + "/token", Map.of("min_ttl", 7200))
                        .status())
                .isEqualTo(404);
        assertThat(story.control().count(story.sandboxName(), "refresh")).isZero();
    }

    @Test
    @DisplayName("R104 an ended connection whose token would have to be renewed is as unknown as any other")
    void finalForRenewals() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.token(app, connection).expect(200);

        revoke(story, connection).expect(200);

        assertThat(story.token(app, connection).status()).isEqualTo(404);
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(1);
    }

    private static Answer revoke(Story story, String connection) {
        return story.approver().post("/connections/" + connection + "/revoke");
    }

    private List<String> journal(String connection) {
        return new BrokerTables(database)
                .texts("select id from pending_revocation where connection = ?", UUID.fromString(connection));
    }

    private void assertNothingLeft(String connection) {
        assertThat(new BrokerTables(database).vaultPathsOf(connection)).isEmpty();
        assertThat(journal(connection)).isEmpty();
    }

    private static boolean alive(Story story, String family) {
        for (var each : story.control().families()) {
            if (each.path("family").asText().equals(family)) {
                return each.path("alive").asBoolean();
            }
        }
        throw new AssertionError("no such family");
    }
}
