package dev.latchkey.readiness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.FromTestResource;
import dev.latchkey.testkit.FrozenRelay;
import dev.latchkey.testkit.LeaderWatch;
import dev.latchkey.testkit.OpenBaoCluster;
import dev.latchkey.testkit.OpenBaoClusterStack;
import dev.latchkey.testkit.OpenBaoServer;
import dev.latchkey.testkit.PacedCallers;
import dev.latchkey.testkit.PacedCallers.Call;
import dev.latchkey.testkit.Story;
import dev.latchkey.vault.CredentialVault;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The whole broker on three nodes of a real OpenBao as it is by default: standbys answer reads. The broker knows the last
 * node only, which can be made to lag. Partners' tokens live so shortly that each hand-out renews, at partners that take
 * the second use of a refresh token for theft. {@code tests.step-downs}, {@code tests.renewals} (a second, of all callers)
 * and {@code tests.between} (seconds from one election to the next) make it longer.
 */
@QuarkusTest
@TestProfile(OpenBaoClusterStack.class)
@Timeout(1800)
class RaftClusterIT {

    private static final int STEP_DOWNS = Integer.getInteger("tests.step-downs", 4);
    private static final int RENEWALS = Integer.getInteger("tests.renewals", 12);
    private static final Duration BETWEEN = Duration.ofSeconds(Integer.getInteger("tests.between", 6));
    private static final int CALLERS = 12;
    /** Of all callers, between two elections; on a slow machine they take longer than the time between. */
    private static final int CALLS_BETWEEN = 24;
    /** Partners act at once and answer late, so that each election finds answers that are not stored yet. */
    private static final Duration ON_THE_WAY = Duration.ofMillis(500);

    /** On a machine that stands still, nodes elect another leader by themselves: so often a story is told. */
    private static final int STORIES = 5;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @FromTestResource
    OpenBaoCluster cluster;

    @Inject
    CredentialVault vault;

    @Inject
    MeterRegistry meters;

    @Inject
    DataSource database;

    /** A connection that renews at each ask. */
    private record Renewing(Story story, Story.App app, String connection) {

        Answer token() {
            return story.token(app, connection);
        }

        void assertNothingLost() {
            Awaitility.await().atMost(PATIENCE).until(() -> token().status() == 200);
            List<String> sent = story.control().requests(story.sandboxName(), "refresh").stream()
                    .map(request -> request.formValue("refresh_token").orElseThrow())
                    .toList();
            assertThat(sent).isNotEmpty().doesNotHaveDuplicates();
            assertThat(story.status(connection)).isEqualTo("active");
        }
    }

    @Test
    @DisplayName(
            "R31 a standby that lags is asked, and the active node answers: no older token is used, no write refused")
    void asksPastALaggingStandby() throws InterruptedException {
        whileTheFirstLeads(() -> {
            Renewing renewing = renewing();
            renewing.token().expect(200);

            cluster.relay().whileFrozen(() -> {
                for (int round = 0; round < 4; round++) {
                    renewing.token().expect(200);
                }
                assertThat(version(cluster.laggard(), renewing.connection()))
                        .as("what the standby itself would answer")
                        .isLessThan(version(cluster.node(0), renewing.connection()));
            });

            renewing.assertNothingLost();
        });

        assertThat(vault.staleReads()).isEqualTo(CredentialVault.StaleReads.NEVER);
    }

    @Test
    @DisplayName("R31 a handshake whose steps were all written a moment ago passes a standby that has none of them")
    void connectsPastALaggingStandby() throws InterruptedException {
        whileTheFirstLeads(() -> {
            Story story = shortLived();
            Story.App app = story.app("shop");

            cluster.relay().whileFrozen(() -> {
                String connection = story.active(app, "read");
                assertThat(version(cluster.laggard(), connection))
                        .as("not there")
                        .isZero();
                story.token(app, connection).expect(200);
            });
        });
    }

    /** Once more, with a new connection, where it fails while another node, or none, led for a part of it. */
    private void whileTheFirstLeads(Runnable story) throws InterruptedException {
        for (int left = STORIES; left > 0; left--) {
            cluster.lead(0);
            try (LeaderWatch watch = new LeaderWatch(cluster)) {
                long begin = System.nanoTime();
                try {
                    story.run();
                    return;
                } catch (AssertionError | RuntimeException e) {
                    long end = System.nanoTime();
                    watch.close();
                    if (left == 1 || watch.sawLead(0, begin, end)) {
                        throw e;
                    }
                }
            }
        }
    }

    @Test
    @DisplayName(
            "R30 R34 leaders step down under renewals: 503 with Retry-After meanwhile, nothing lost, nothing sent twice")
    void survivesStepDowns() throws InterruptedException {
        List<Renewing> all =
                IntStream.range(0, CALLERS).mapToObj(caller -> renewing()).toList();
        all.forEach(one -> one.story()
                .control()
                .fault(FaultOrder.at(one.story().sandboxName())
                        .endpoint("refresh")
                        .forever()
                        .latencyAfterCommit(ON_THE_WAY)));
        List<Call> calls;
        List<Call> outside;
        try (LeaderWatch watch = new LeaderWatch(cluster)) {
            calls = callsUnderElections(all, call -> isOutside(watch, call));
            outside = calls.stream().filter(call -> isOutside(watch, call)).toList();
        }

        List<Call> refused =
                calls.stream().filter(call -> call.answer().status() != 200).toList();
        long failed =
                outside.stream().filter(call -> call.answer().status() >= 500).count();
        System.out.printf(
                "%d step-downs, %d calls, %d refused, %d journalled; outside of elections %d calls, %d refused%n",
                STEP_DOWNS, calls.size(), refused.size(), journalled(), outside.size(), failed);
        assertThat(refused).allSatisfy(call -> {
            assertThat(call.answer().status()).as(call.answer().toString()).isEqualTo(503);
            assertThat(call.answer().header("Retry-After")).isNotEmpty();
        });
        assertThat(outside).hasSizeGreaterThanOrEqualTo((STEP_DOWNS + 1) * CALLS_BETWEEN);
        assertThat(journalled()).as("spent, and the store was gone").isGreaterThanOrEqualTo(STEP_DOWNS);
        assertThat(failed).as("of %d outside of elections", outside.size()).isLessThanOrEqualTo(outside.size() / 200);
        all.forEach(Renewing::assertNothingLost);
    }

    /** Neither during a step-down, nor beside an election that nobody has ordered, nor while writes take long. */
    private static boolean isOutside(LeaderWatch watch, Call call) {
        return !call.disturbed() && watch.sawOneLeader(call.begin(), call.end());
    }

    private List<Call> callsUnderElections(List<Renewing> all, Predicate<Call> outside) {
        try (FrozenRelay wayToPartner = new FrozenRelay(BrokerStack.sandbox().getPort());
                PacedCallers callers = PacedCallers.start(RENEWALS, all, Renewing::token)) {
            Renewing spending = renewing(wayToPartner.port());
            callers.letPass(BETWEEN, CALLS_BETWEEN, outside);
            for (int round = 0; round < STEP_DOWNS; round++) {
                callers.during(() -> stepDownBeforeTheAnswer(wayToPartner, spending));
                callers.letPass(BETWEEN, CALLS_BETWEEN, outside);
            }
            spending.assertNothingLost();
            return callers.calls();
        }
    }

    /** The partner has acted before the leader steps down, and its answer comes when there is none. */
    private void stepDownBeforeTheAnswer(FrozenRelay wayToPartner, Renewing spending) {
        // what the last round has left in the journal is handed out first
        Awaitility.await().atMost(PATIENCE).until(() -> spending.token().status() == 200);
        long before = spending.story().refreshes();
        wayToPartner.freezeAnswers();
        AtomicReference<CompletableFuture<Answer>> asked =
                new AtomicReference<>(CompletableFuture.supplyAsync(spending::token));
        Awaitility.await().atMost(PATIENCE).until(() -> {
            boolean over = asked.get().isDone();
            boolean sent = spending.story().refreshes() > before;
            if (over && !sent) { // refused before the partner was asked
                asked.set(CompletableFuture.supplyAsync(spending::token));
            }
            return sent;
        });
        cluster.stepDownAndElect(() -> {
            wayToPartner.thawAnswers();
            Awaitility.await().atMost(PATIENCE).until(() -> isJournalled(spending));
        });
        assertThat(asked.get().join().status()).isEqualTo(503);
    }

    private boolean isJournalled(Renewing one) {
        return !new BrokerTables(database)
                .texts("select 1 from refresh_journal where connection = ?", UUID.fromString(one.connection()))
                .isEmpty();
    }

    /** How often a partner's answer found no leader, and was kept in PostgreSQL until there was one. */
    private long journalled() {
        return meters.find("latchkey.refresh.residual.window").tag("outcome", "journalled").timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    private static Renewing renewing() {
        return renewing(BrokerStack.sandbox().getPort());
    }

    private static Renewing renewing(int tokenPort) {
        Story story = shortLived(tokenPort);
        Story.App app = story.app("shop");
        return new Renewing(story, app, story.active(app, "read"));
    }

    private static Story shortLived() {
        return shortLived(BrokerStack.sandbox().getPort());
    }

    private static Story shortLived(int tokenPort) {
        Story story = new Story();
        String token = "http://127.0.0.1:" + tokenPort + "/" + story.sandboxName() + "/token";
        story.partner(Map.of("token_endpoint", token), Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20, "rotation", "strict"));
        return story;
    }

    /** What a node answers by itself; 0 where it has nothing. */
    private static int version(OpenBaoServer node, String connection) {
        return node.root("GET", "latchkey/data/connections/" + connection, Map.of())
                .body()
                .path("data")
                .path("metadata")
                .path("version")
                .asInt();
    }
}
