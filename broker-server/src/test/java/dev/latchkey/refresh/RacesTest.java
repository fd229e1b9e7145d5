package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.audit.Actor;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import dev.latchkey.vault.VaultPath;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What happens to a connection, and to the stores, while the partner's answer to its renewal is on the way. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class RacesTest implements SweepHeldBack {

    private static final Map<String, Integer> LONGER = Map.of("min_ttl", 3600);

    @Inject
    DataSource database;

    @Inject
    OrderedPoints points;

    @Inject
    RefreshProtocol protocol;

    @Inject
    LeaseRows leases;

    @Inject
    RetryRows retries;

    @Inject
    IntentRows intents;

    @Test
    @DisplayName(
            "R22 a vault that is gone after the answer costs nothing: the journal keeps it, the next owner stores it")
    void vaultGone() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        BrokerTables tables = new BrokerTables(database);
        points.order(
                KillPoint.K10, connection, () -> tables.asOwner("alter table local_vault rename to local_vault_away"));

        Answer refused;
        try {
            refused = longer(app, connection);
        } finally {
            tables.asOwner("alter table if exists local_vault_away rename to local_vault");
        }

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("vault_unavailable");
        assertThat(longer(app, connection).code()).isEqualTo("cannot_satisfy_min_ttl");
        assertThat(tables.texts("select 1 from refresh_journal where connection = ?", UUID.fromString(connection)))
                .isEmpty();
        assertThat(story.refreshes()).isEqualTo(1);
        assertThat(story.status(connection)).isEqualTo("active");
    }

    @Test
    @DisplayName("R22 what waits in the journal is ciphertext")
    void sealed() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        BrokerTables tables = new BrokerTables(database);
        List<String> holding = new ArrayList<>();
        points.order(
                KillPoint.K10, connection, () -> tables.asOwner("alter table local_vault rename to local_vault_away"));
        try {
            longer(app, connection);
            assertThat(tables.texts("select 1 from refresh_journal where connection = ?", UUID.fromString(connection)))
                    .hasSize(1);
            holding.addAll(tables.tablesHolding("refresh_token"));
        } finally {
            tables.asOwner("alter table if exists local_vault_away rename to local_vault");
        }
        assertThat(holding).doesNotContain("refresh_journal");
    }

    @Test
    @DisplayName("R9 a disconnect wins over the renewal on its way: nothing is stored, and the new tokens are revoked")
    void disconnected() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String family = story.family();
        points.order(
                KillPoint.K10,
                connection,
                () -> story.approver()
                        .post("/connections/" + connection + "/revoke")
                        .expect(200));

        Answer late = longer(app, connection);

        assertThat(late.status()).isIn(404, 409);
        assertThat(story.status(connection)).isEqualTo("revoked");
        assertThat(story.token(app, connection).status()).isEqualTo(404);
        assertThat(new BrokerTables(database).vaultPathsOf(connection)).isEmpty();
        assertThat(isAlive(story, family)).isFalse();
    }

    @Test
    @DisplayName("R9 a disconnect after the vault's write wins as well")
    void disconnectedLate() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String family = story.family();
        points.order(
                KillPoint.K12,
                connection,
                () -> story.approver()
                        .post("/connections/" + connection + "/revoke")
                        .expect(200));

        assertThat(longer(app, connection).status()).isIn(404, 409);

        assertThat(story.status(connection)).isEqualTo("revoked");
        assertThat(new BrokerTables(database).vaultPathsOf(connection)).isEmpty();
        assertThat(isAlive(story, family)).isFalse();
    }

    @Test
    @DisplayName("R10 the newest grant wins: a renewal of the one before is discarded and revoked")
    void reconnected() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String old = story.family();
        points.order(KillPoint.K10, connection, () -> reconnect(story, app, connection));

        assertThat(longer(app, connection).status()).isEqualTo(409);

        String newest = story.family();
        assertThat(newest).isNotEqualTo(old);
        assertThat(isAlive(story, old)).isFalse();
        assertThat(longer(app, connection).code()).isEqualTo("cannot_satisfy_min_ttl");
        assertThat(story.control().refreshes(newest)).isEqualTo(1);
        assertThat(story.status(connection)).isEqualTo("active");
        assertThat(new BrokerTables(database)
                        .texts(
                                "select code from audit_event where connection = ? and action = 'lease_lost'",
                                UUID.fromString(connection)))
                .containsExactly("superseded");
    }

    @Test
    @DisplayName("R10 a reconnect that comes when the renewal is stored, but not noted, ends what was renewed")
    void reconnectedLate() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String old = story.family();
        points.order(KillPoint.K12, connection, () -> reconnect(story, app, connection));

        assertThat(longer(app, connection).status()).isEqualTo(409);

        assertThat(isAlive(story, old)).isFalse();
        assertThat(story.family()).isNotEqualTo(old);
        assertThat(isAlive(story, story.family())).isTrue();
        assertThat(story.status(connection)).isEqualTo("active");
    }

    @Test
    @DisplayName("R10 whom a reconnect and then another owner have overtaken ends what was renewed")
    void overtakenTwice() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String old = story.family();
        points.order(KillPoint.K10, connection, () -> {
            reconnect(story, app, connection);
            new BrokerTables(database)
                    .change("update connection set epoch = epoch + 1 where id = ?", UUID.fromString(connection));
        });

        assertThat(longer(app, connection).status()).isEqualTo(409);

        assertThat(isAlive(story, old)).isFalse();
        assertThat(isAlive(story, story.family())).isTrue();
    }

    @Test
    @DisplayName("R10 R15 whom a reconnect overtakes before anything is sent does not note the version from before it")
    void reconnectedBeforeSending() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        UUID id = UUID.fromString(connection);
        points.order(KillPoint.K3, connection, () -> reconnect(story, app, connection));

        longer(app, connection);

        BrokerTables tables = new BrokerTables(database);
        assertThat(tables.texts("select kv_version from connection where id = ?", id))
                .isEqualTo(tables.texts(
                        "select max(version) from local_vault where path = ?",
                        VaultPath.connection(id).value()));
        assertThat(story.status(connection)).isEqualTo("active");
    }

    @Test
    @DisplayName("R11 who is refused because another was faster takes what that one stored, and changes nothing")
    void faster() {
        // The broker believes that nothing rotates, so that the second owner may send although the first one has begun.
        Story story = new Story().partner(Map.of("refresh", Map.of("rotation", "none")));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        UUID id = UUID.fromString(connection);
        points.order(KillPoint.K4, connection, () -> {
            new BrokerTables(database).change("update connection set lease_until = now() where id = ?", id);
            protocol.renew(id, found -> false, Actor.system("test", "test"));
        });

        Answer answer = longer(app, connection);

        assertThat(answer.code()).isEqualTo("cannot_satisfy_min_ttl");
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(2);
        assertThat(story.status(connection)).isEqualTo("active");
        story.token(app, connection).expect(200);
    }

    @Test
    @DisplayName("R7 a lease that somebody else has by now is not given back")
    void released() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        UUID id = UUID.fromString(story.active(app, "read"));
        BrokerTables tables = new BrokerTables(database);
        LeaseRows.Lease first = leases.take(id).orElseThrow();
        assertThat(leases.take(id)).isEmpty();
        tables.change("update connection set lease_until = now() - interval '1 second' where id = ?", id);
        LeaseRows.Lease second = leases.take(id).orElseThrow();

        leases.release(first);
        boolean announced = intents.announce(first, new byte[32], 99, leases.length(), Optional.empty());

        assertThat(announced).isFalse();
        assertThat(second.epoch()).isGreaterThan(first.epoch());
        assertThat(leases.take(id)).isEmpty();
        assertThat(tables.texts("select kv_version from connection where id = ?", id))
                .containsExactly("1");
        leases.release(second);
        assertThat(leases.take(id)).isPresent();
    }

    @Test
    @DisplayName("R6 whose lease somebody else has taken since does not hold back who comes after")
    void lateFailure() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        UUID id = UUID.fromString(story.active(app, "read"));
        LeaseRows.Lease late = leases.take(id).orElseThrow();
        new BrokerTables(database)
                .change("update connection set lease_until = now() - interval '1 second' where id = ?", id);
        LeaseRows.Lease newest = leases.take(id).orElseThrow();

        retries.postpone(late, Duration.ofMinutes(1));
        retries.holdBack(late, Duration.ofMinutes(1));
        retries.retryAfter(late, Duration.ofMinutes(1));

        assertThat(retries.pauseLeft(id)).isEmpty();
        leases.release(newest);
        retries.postpone(newest, Duration.ofMinutes(1));
        assertThat(retries.pauseLeft(id)).isPresent();
    }

    @Test
    @DisplayName(
            "R2 R48 R49 while a partner takes its time nothing of the database is held, and other tokens are served")
    void nothingIsHeld() throws Exception {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        List<String> slow = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            slow.add(story.active(app, "read"));
        }
        Story other = new Story().partner(Map.of());
        Story.App otherApp = other.app("shop");
        String quick = other.active(otherApp, "read");
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("refresh")
                        .times(slow.size())
                        .latency(Duration.ofSeconds(5)));
        List<CompletableFuture<Answer>> callers = slow.stream()
                .map(connection -> CompletableFuture.supplyAsync(() -> longer(app, connection)))
                .toList();
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> story.control().count(story.sandboxName(), "refresh") > 2);
        Set<String> held = held();

        assertThat(AtOnce.run(20, () -> other.token(otherApp, quick)))
                .extracting(Answer::status)
                .containsOnly(200);
        LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        held.retainAll(held());
        assertThat(held).as("held while the partner is waited for").isEmpty();
        // a machine that stands still for seconds brings callers to the end of their patience, or of the call
        callers.forEach(caller -> assertThat(caller.join().code())
                .isIn("cannot_satisfy_min_ttl", "refresh_in_progress", "partner_timeout"));
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(slow.size());
    }

    /** Transactions that wait for their client, and holders of advisory locks, by what they are at. */
    private Set<String> held() {
        return new HashSet<>(new BrokerTables(database).texts("""
                select 'transaction ' || pid || ' ' || state_change from pg_stat_activity
                where datname = current_database() and state like 'idle in transaction%'
                union all
                select 'advisory lock ' || l.pid || ' ' || a.query_start from pg_locks l join pg_stat_activity a using (pid)
                where l.locktype = 'advisory' and l.granted and a.datname = current_database()
                """));
    }

    private static void reconnect(Story story, Story.App app, String connection) {
        URI back = story.consented(story.atConsent(story.connectUrl(app, connection)));
        app.api()
                .post(
                        "/connections/" + connection + "/confirm",
                        Map.of("handle", Story.query(back).get("handle")))
                .expect(200);
    }

    private static boolean isAlive(Story story, String family) {
        for (var known : story.control().families()) {
            if (known.path("family").asText().equals(family)) {
                return known.path("alive").asBoolean();
            }
        }
        throw new AssertionError("no " + family);
    }

    private static Answer longer(Story.App app, String connection) {
        return app.api().post("/connections/" + connection + "/token", LONGER);
    }
}
