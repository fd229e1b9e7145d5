package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.audit.Actor;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an owner of the lease may still do that stood still while somebody else went on. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class OvertakenOwnerTest {

    private static final Actor ACTOR = Actor.system("test", "test");

    @Inject
    DataSource database;

    @Inject
    OrderedPoints points;

    @Inject
    RefreshProtocol protocol;

    @Test
    @DisplayName("R6 who stood still before it read the vault leaves alone what its successor is renewing")
    void stoodStillBeforeReading() {
        Story story = strict();
        String connection = story.active(story.app("shop"), "read");
        UUID id = UUID.fromString(connection);
        CountDownLatch answered = new CountDownLatch(1);
        CountDownLatch woken = new CountDownLatch(1);
        CompletableFuture<HeldToken> later = new CompletableFuture<>();
        points.order(KillPoint.K1, connection, () -> {
            tables().change("update connection set lease_until = now() - interval '1 second' where id = ?", id);
            points.order(KillPoint.K10, connection, () -> {
                answered.countDown();
                await(woken);
            });
            later.completeAsync(() -> protocol.renew(id, found -> false, ACTOR));
            await(answered);
        });

        assertThatThrownBy(() -> protocol.renew(id, found -> false, ACTOR))
                .isInstanceOfSatisfying(
                        BrokerException.class,
                        refused -> assertThat(refused.type()).isEqualTo(ProblemType.REFRESH_IN_PROGRESS));
        woken.countDown();

        assertThat(later.join().renewed()).isTrue();
        assertThat(audited(id, "lease_lost")).isZero();
        assertThat(protocol.renew(id, found -> false, ACTOR).renewed())
                .as("the family is alive")
                .isTrue();
        assertThat(story.refreshes()).isEqualTo(2);
        assertThat(story.status(connection)).isEqualTo("active");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("R10 R11 what became of a renewal of the former grant is not held against the newest one")
    void reconnectedBeforeTheFailure(boolean lost) {
        Story story = strict();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        UUID id = UUID.fromString(connection);
        FaultOrder order = FaultOrder.at(story.sandboxName()).endpoint("refresh");
        story.control()
                .fault(
                        lost
                                ? order.dropAfterCommit()
                                : order.status(404, Map.of("Content-Type", "text/html"), "<html>"));
        points.order(KillPoint.K9, connection, () -> story.connect(app, connection));

        assertThatThrownBy(() -> protocol.renew(id, found -> false, ACTOR)).isInstanceOf(BrokerException.class);

        assertThat(tables().texts(
                                "select concat_ws(' ', status, reason, retry_at, failures) from connection where id = ?",
                                id))
                .containsExactly("active 0");
        assertThat(tables().texts(
                                "select id from connection where id = ? and refresh_due_at < token_expires_at and refresh_due_at > now()",
                                id))
                .hasSize(1);
        assertThat(tables().texts("select code from audit_event where connection = ? and code is not null", id))
                .doesNotContain("refresh_ambiguous");
        story.token(app, connection).expect(200);
    }

    @ParameterizedTest
    @CsvSource({"404, not_found", "401, invalid_client"})
    @DisplayName("R6 R58 who notes a failure locks the connection before the intent, as its successor does")
    void locksInOrder(int status, String error) throws SQLException {
        Story story = strict();
        String connection = story.active(story.app("shop"), "read");
        UUID id = UUID.fromString(connection);
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("refresh")
                        .status(
                                status,
                                Map.of("Content-Type", "application/json"),
                                "{\"error\":\"%s\"}".formatted(error)));
        CompletableFuture<HeldToken> failing = new CompletableFuture<>();
        try (Connection successor = database.getConnection()) {
            successor.setAutoCommit(false);
            int pid = first(successor, "select pg_backend_pid()");
            points.order(
                    KillPoint.K9,
                    connection,
                    () -> first(successor, "select 1 from connection where id = ? for no key update", id));

            failing.completeAsync(() -> protocol.renew(id, found -> false, ACTOR));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> !tables().texts(
                                    "select pid from pg_stat_activity where ? = any(pg_blocking_pids(pid))", pid)
                            .isEmpty());
            assertThat(first(successor, "select 1 from refresh_intent where connection = ? for update nowait", id))
                    .as("not locked by who waits")
                    .isEqualTo(1);
            successor.rollback();
        }

        assertThatThrownBy(failing::join).hasCauseInstanceOf(BrokerException.class);
        assertThat(tables().texts("select state from refresh_intent where connection = ?", id))
                .containsExactly("CLEARED");
    }

    private static int first(Connection connection, String sql, Object... values) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                assertThat(rows.next()).isTrue();
                return rows.getInt(1);
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private int audited(UUID connection, String action) {
        return tables().texts("select id from audit_event where connection = ? and action = ?", connection, action)
                .size();
    }

    private static Story strict() {
        Story story = new Story().partner(Map.of("refresh", Map.of("rotation", "strict")));
        story.control().settings(story.sandboxName(), Map.of("rotation", "strict", "access_token_seconds", 300));
        return story;
    }

    private BrokerTables tables() {
        return new BrokerTables(database);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(2, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
