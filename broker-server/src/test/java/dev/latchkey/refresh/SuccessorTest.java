package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the next owner of a lease finds of one that stood still within a transaction. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class SuccessorTest {

    @Inject
    DataSource database;

    @Inject
    Turns turns;

    @Inject
    LeaseRows leases;

    @Inject
    IntentRows intents;

    @Test
    @DisplayName("R6 who had to wait for the row finds the intent that was announced meanwhile")
    void findsWhatWasAnnouncedMeanwhile() throws SQLException {
        Story story = new Story().partner(Map.of());
        UUID id = UUID.fromString(story.active(story.app("shop"), "read"));

        CompletableFuture<Turns.Turn> next;
        try (Connection frozen = database.getConnection()) {
            frozen.setAutoCommit(false);
            // its lease is over when it wakes up and commits
            run(frozen, "update connection set lease_until = now() - interval '1 second' where id = ?", id);
            run(
                    frozen,
                    "insert into refresh_intent (connection, attempt, token_sha256, kv_version, epoch, state)"
                            + " select id, gen_random_uuid(), '\\x00', kv_version, epoch, 'SENDING' from connection where id = ?",
                    id);
            next = CompletableFuture.supplyAsync(() -> turns.await(id));
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(this::isSomebodyWaiting);
            frozen.commit();
        }

        try (Turns.Turn turn = next.join()) {
            assertThat(turn.open()).isPresent();
            intents.cleared(turn.lease());
            leases.release(turn.lease());
        }
    }

    private boolean isSomebodyWaiting() {
        return !new BrokerTables(database)
                .texts(
                        "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
                                + " and query like 'update connection%set lease_owner%'")
                .isEmpty();
    }

    private static void run(Connection connection, String sql, UUID id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, id);
            statement.executeUpdate();
        }
    }
}
