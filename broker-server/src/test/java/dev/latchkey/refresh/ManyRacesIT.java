package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.audit.Actor;
import dev.latchkey.connection.Connection;
import dev.latchkey.connection.Connections;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.refresh.ReplicaParts.Replica;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.MutableClock;
import dev.latchkey.testkit.Story;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.CredentialCodec;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Races at points and at moments chosen at random, hundreds of them; {@code tests.races} makes it more. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class ManyRacesIT {

    private static final int RACES = Integer.getInteger("tests.races", 60);
    private static final Actor ACTOR = Actor.system("test", "test");

    @Inject
    DataSource database;

    @Inject
    ReplicaParts parts;

    @Inject
    OrderedPoints points;

    @Inject
    RefreshProtocol protocol;

    @Inject
    Connections connections;

    @Inject
    CredentialVault vault;

    @Test
    @DisplayName("R3 forced, lazy and ahead: whoever wants a renewal on three replicas at once shares one")
    void threeRoads() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("rotation", "strict", "access_token_seconds", 59));
        UUID id = UUID.fromString(story.active(story.app("shop"), "read"));
        MutableClock clock = MutableClock.standing();
        HeldToken old = RefreshProtocol.held(credential(id), 1, false);
        for (int round = 1; round <= RACES; round++) {
            // The token of the round before has ended by this clock, and the next one lives for a minute.
            clock.set(Instant.now().plusSeconds(60L * round));
            story.control()
                    .settings(
                            story.sandboxName(), Map.of("rotation", "strict", "access_token_seconds", 60 * round + 59));
            new BrokerTables(database)
                    .change("update connection set refresh_due_at = now() - interval '1 second' where id = ?", id);
            HeldToken refused = old;
            Connection connection = connections.find(id).orElseThrow();
            List<Callable<Optional<HeldToken>>> roads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Replica replica = parts.start(clock);
                for (int caller = 0; caller < 3; caller++) {
                    roads.add(() -> Optional.of(replica.tokens().get(connection, Duration.ZERO, ACTOR)));
                }
                roads.add(() -> replica.tokens().renewAfterRefusal(connection, refused, ACTOR));
                roads.add(() -> {
                    replica.ahead().run(ACTOR);
                    return Optional.empty();
                });
            }
            AtomicInteger next = new AtomicInteger();

            List<HeldToken> tokens = AtOnce.run(
                            roads.size(),
                            () -> roads.get(next.getAndIncrement()).call())
                    .stream()
                    .flatMap(Optional::stream)
                    .toList();

            assertThat(tokens).hasSize(12).allMatch(tokens.getFirst()::isSameAs);
            assertThat(story.control().count(story.sandboxName(), "refresh"))
                    .as("renewals after round " + round)
                    .isEqualTo(round);
            old = tokens.getFirst();
        }
    }

    @Test
    @DisplayName("R9 a disconnect at any point or moment of a renewal wins: nothing stays, here or at the partner")
    void disconnects() {
        Random random = seeded("R9");
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        for (int race = 0; race < RACES; race++) {
            String connection = story.active(app, "read");
            String family = story.family();

            String where = race(
                    random,
                    connection,
                    () -> story.approver()
                            .post("/connections/" + connection + "/revoke")
                            .expect(200));

            assertThat(story.status(connection)).as(where).isEqualTo("revoked");
            assertThat(story.token(app, connection).status()).as(where).isEqualTo(404);
            await(where)
                    .atMost(Duration.ofSeconds(60))
                    .until(() ->
                            new BrokerTables(database).vaultPathsOf(connection).isEmpty() && !isAlive(story, family));
        }
    }

    @Test
    @DisplayName("R10 a reconnect at any point or moment of a renewal wins: what is stored is of the newest grant")
    void reconnects() {
        Random random = seeded("R10");
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        UUID id = UUID.fromString(connection);
        for (int race = 0; race < RACES; race++) {
            String where = race(random, connection, () -> reconnect(story, app, connection));

            String newest = story.family();
            long before = story.control().refreshes(newest);
            assertThat(story.status(connection)).as(where).isEqualTo("active");
            protocol.renew(id, found -> false, ACTOR);
            assertThat(story.control().refreshes(newest)).as(where).isEqualTo(before + 1);
            assertThat(isAlive(story, newest)).as(where).isTrue();
        }
    }

    @Test
    @DisplayName("R15 two rotations within a second: the older generation is never chosen again, by no replica")
    void generations() throws Exception {
        Story story = new Story().partner(Map.of());
        UUID id = UUID.fromString(story.active(story.app("shop"), "read"));
        Clock clock = Clock.systemUTC();
        Replica first = parts.start(clock);
        Replica second = parts.start(clock);
        StoredRecord oldest = vault.read(VaultPath.connection(id)).orElseThrow();
        HeldToken cached = second.tokens().get(connections.find(id).orElseThrow(), Duration.ZERO, ACTOR);

        HeldToken younger = first.renewals().await(id, found -> false, ACTOR);
        HeldToken youngest = first.renewals().await(id, found -> false, ACTOR);

        assertThat(youngest.kvVersion()).isGreaterThan(younger.kvVersion());
        assertThat(younger.kvVersion()).isGreaterThan(cached.kvVersion());
        HeldToken served = second.tokens().get(connections.find(id).orElseThrow(), Duration.ZERO, ACTOR);
        assertThat(served.isSameAs(youngest)).isTrue();
        assertThatThrownBy(() -> vault.write(VaultPath.connection(id), oldest.fields(), oldest.version()))
                .isInstanceOf(VersionConflictException.class);
        first.renewals().await(id, found -> false, ACTOR);
        assertThat(story.refreshes()).isEqualTo(3);
        assertThat(isAlive(story, story.family())).isTrue();
    }

    /** One renewal, and the other deed at one of its points, or beside it after a moment. */
    private String race(Random random, String connection, Runnable deed) {
        UUID id = UUID.fromString(connection);
        if (random.nextBoolean()) {
            KillPoint point = KillPoint.values()[random.nextInt(KillPoint.values().length)];
            points.order(point, connection, deed);
            renew(id);
            return "at " + point;
        }
        int micros = random.nextInt(40_000);
        AtomicInteger next = new AtomicInteger();
        AtOnce.run(2, () -> {
            if (next.getAndIncrement() == 0) {
                renew(id);
            } else {
                Thread.sleep(Duration.ofNanos(micros * 1_000L));
                deed.run();
            }
            return "";
        });
        return "after " + micros + " us";
    }

    private void renew(UUID id) {
        try {
            protocol.renew(id, found -> false, ACTOR);
        } catch (BrokerException e) {
            assertThat(e.type().code())
                    .isIn("not_found", "conflict", "vault_unavailable", "refresh_in_progress", "needs_reauth");
        }
    }

    private static void reconnect(Story story, Story.App app, String connection) {
        URI back = story.consented(story.atConsent(story.connectUrl(app, connection)));
        // A renewal that stores at the same moment makes it a conflict, and the app confirms again.
        await().atMost(Duration.ofSeconds(60))
                .until(() -> app.api()
                                .post(
                                        "/connections/" + connection + "/confirm",
                                        Map.of("handle", Story.query(back).get("handle")))
                                .status()
                        == 200);
    }

    private Credential.ShortLived credential(UUID id) {
        return (Credential.ShortLived) CredentialCodec.decode(
                vault.read(VaultPath.connection(id)).orElseThrow().fields());
    }

    private static boolean isAlive(Story story, String family) {
        return StreamSupport.stream(story.control().families().spliterator(), false)
                .filter(known -> known.path("family").asText().equals(family))
                .anyMatch(known -> known.path("alive").asBoolean());
    }

    private static Random seeded(String row) {
        long seed = Long.getLong("tests.seed", ThreadLocalRandom.current().nextLong(1_000_000_000));
        System.out.println(row + ": -Dtests.seed=" + seed);
        return new Random(seed);
    }
}
