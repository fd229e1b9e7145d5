package dev.latchkey.readiness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.FromTestResource;
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
import java.util.stream.IntStream;
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
    /** Partners act at once and answer late, so that each election finds answers that are not stored yet. */
    private static final Duration ON_THE_WAY = Duration.ofMillis(500);

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @FromTestResource
    OpenBaoCluster cluster;

    @Inject
    CredentialVault vault;

    @Inject
    MeterRegistry meters;

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
    void asksPastALaggingStandby() {
        cluster.lead(0);
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
        assertThat(vault.staleReads()).isEqualTo(CredentialVault.StaleReads.NEVER);
    }

    @Test
    @DisplayName("R31 a handshake whose steps were all written a moment ago passes a standby that has none of them")
    void connectsPastALaggingStandby() {
        cluster.lead(0);
        Story story = shortLived();
        Story.App app = story.app("shop");

        cluster.relay().whileFrozen(() -> {
            String connection = story.active(app, "read");
            assertThat(version(cluster.laggard(), connection)).as("not there").isZero();
            story.token(app, connection).expect(200);
        });
    }

    @Test
    @DisplayName(
            "R30 R34 leaders step down under renewals: 503 with Retry-After meanwhile, nothing lost, nothing sent twice")
    void survivesStepDowns() {
        List<Renewing> all =
                IntStream.range(0, CALLERS).mapToObj(caller -> renewing()).toList();
        all.forEach(one -> one.story()
                .control()
                .fault(FaultOrder.at(one.story().sandboxName())
                        .endpoint("refresh")
                        .forever()
                        .latencyAfterCommit(ON_THE_WAY)));
        List<Call> calls = callsUnderElections(all);

        List<Call> refused =
                calls.stream().filter(call -> call.answer().status() != 200).toList();
        List<Call> outside = calls.stream().filter(call -> !call.disturbed()).toList();
        long failed =
                outside.stream().filter(call -> call.answer().status() >= 500).count();
        System.out.printf(
                "%d step-downs, %d calls, %d refused, %d journalled; outside of elections %d calls, %d refused%n",
                STEP_DOWNS, calls.size(), refused.size(), journalled(), outside.size(), failed);
        assertThat(refused).allSatisfy(call -> {
            assertThat(call.answer().status()).as(call.answer().toString()).isEqualTo(503);
            assertThat(call.answer().header("Retry-After")).isNotEmpty();
        });
        assertThat(outside).hasSizeGreaterThan(100);
        assertThat(journalled()).as("spent, and the store was gone").isPositive();
        assertThat(failed).as("of %d outside of elections", outside.size()).isLessThanOrEqualTo(outside.size() / 200);
        all.forEach(Renewing::assertNothingLost);
    }

    private List<Call> callsUnderElections(List<Renewing> all) {
        try (PacedCallers callers = PacedCallers.start(RENEWALS, all, Renewing::token)) {
            callers.letPass(BETWEEN);
            for (int round = 0; round < STEP_DOWNS; round++) {
                callers.during(cluster::stepDownAndElect);
                callers.letPass(BETWEEN);
            }
            return callers.calls();
        }
    }

    /** How often a partner's answer found no leader, and was kept in PostgreSQL until there was one. */
    private long journalled() {
        return meters.find("latchkey.refresh.residual.window").tag("outcome", "journalled").timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    private static Renewing renewing() {
        Story story = shortLived();
        Story.App app = story.app("shop");
        return new Renewing(story, app, story.active(app, "read"));
    }

    private static Story shortLived() {
        Story story = new Story().partner(Map.of());
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
