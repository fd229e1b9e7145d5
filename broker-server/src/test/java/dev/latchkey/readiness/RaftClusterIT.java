package dev.latchkey.readiness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.FromTestResource;
import dev.latchkey.testkit.OpenBaoCluster;
import dev.latchkey.testkit.OpenBaoClusterStack;
import dev.latchkey.testkit.OpenBaoServer;
import dev.latchkey.testkit.Story;
import dev.latchkey.vault.CredentialVault;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The whole broker on three nodes of a real OpenBao, of which it knows the last one only: a standby that answers reads.
 * Partners' tokens live so shortly that each hand-out renews, at a partner that takes the second use of a refresh token
 * for theft. {@code latchkey.test.step-downs} and {@code latchkey.test.callers} make it longer.
 */
@QuarkusTest
@TestProfile(OpenBaoClusterStack.class)
@Timeout(300)
class RaftClusterIT {

    private static final int STEP_DOWNS = Integer.getInteger("latchkey.test.step-downs", 2);
    private static final int CALLERS = Integer.getInteger("latchkey.test.callers", 4);
    private static final Duration ELECTION = Duration.ofSeconds(60);

    @FromTestResource
    OpenBaoCluster cluster;

    @Inject
    CredentialVault vault;

    /** A connection that renews at each ask. */
    private record Renewing(Story story, Story.App app, String connection) {

        Answer token() {
            return story.token(app, connection);
        }

        void assertNothingLost() {
            List<String> sent = story.control().requests(story.sandboxName(), "refresh").stream()
                    .map(request -> request.formValue("refresh_token").orElseThrow())
                    .toList();
            assertThat(sent).isNotEmpty().doesNotHaveDuplicates();
            assertThat(story.status(connection)).isEqualTo("active");
        }
    }

    /** An answer and whether there was a leader all the time while it was waited for. */
    private record Outcome(Answer answer, boolean inElection) {}

    @Test
    @DisplayName(
            "R31 a standby that lags is noticed by the version, and the active node is asked; no older token is sent")
    void readsPastALaggingStandby() {
        Renewing renewing = renewing();
        renewing.token().expect(200);
        assertThat(vault.staleReads()).isEqualTo(CredentialVault.StaleReads.NOT_KNOWN);

        cluster.relay().whileFrozen(() -> {
            for (int round = 0; round < 4; round++) {
                renewing.token().expect(200);
            }
            assertThat(version(cluster.laggard(), renewing.connection()))
                    .as("what the standby itself would answer")
                    .isLessThan(version(cluster.node(0), renewing.connection()));
        });

        renewing.token().expect(200);
        renewing.assertNothingLost();
    }

    @Test
    @DisplayName(
            "R30 R34 leaders step down under renewals: 503 with Retry-After meanwhile, nothing is lost, nothing is sent twice")
    void survivesStepDowns() throws Exception {
        List<Renewing> all =
                IntStream.range(0, CALLERS).mapToObj(caller -> renewing()).toList();
        AtomicBoolean over = new AtomicBoolean();
        AtomicBoolean election = new AtomicBoolean();
        ConcurrentLinkedQueue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
        List<CompletableFuture<Void>> callers = new ArrayList<>();
        for (Renewing one : all) {
            callers.add(CompletableFuture.runAsync(
                    () -> {
                        while (!over.get()) {
                            boolean before = election.get();
                            Answer answer = one.token();
                            outcomes.add(new Outcome(answer, before || election.get()));
                        }
                    },
                    task -> Thread.ofVirtual().start(task)));
        }
        for (int round = 0; round < STEP_DOWNS; round++) {
            int seen = outcomes.size();
            awaitMore(outcomes, seen + 5 * CALLERS);
            election.set(true);
            cluster.stepDown();
            Awaitility.await().atMost(ELECTION).until(() -> !cluster.hasLeader());
            Awaitility.await()
                    .atMost(ELECTION)
                    .until(() -> all.stream().allMatch(one -> one.token().status() == 200));
            election.set(false);
        }
        awaitMore(outcomes, outcomes.size() + 5 * CALLERS);
        over.set(true);
        CompletableFuture.allOf(callers.toArray(CompletableFuture[]::new)).join();

        long renewed =
                outcomes.stream().filter(it -> it.answer().status() == 200).count();
        System.out.printf("%d renewals, %d refused in %d elections%n", renewed, outcomes.size() - renewed, STEP_DOWNS);
        assertThat(outcomes.stream().filter(it -> it.answer().status() != 200)).allSatisfy(it -> {
            assertThat(it.answer().status()).as(it.answer().toString()).isEqualTo(503);
            assertThat(it.answer().header("Retry-After")).isNotEmpty();
        });
        List<Outcome> outside = outcomes.stream().filter(it -> !it.inElection()).toList();
        assertThat(outside.stream().filter(it -> it.answer().status() >= 500).count())
                .as("of %d outside of elections", outside.size())
                .isLessThanOrEqualTo(outside.size() / 200);
        for (Renewing one : all) {
            Awaitility.await().atMost(ELECTION).until(() -> one.token().status() == 200);
            one.assertNothingLost();
        }
    }

    private static void awaitMore(ConcurrentLinkedQueue<Outcome> outcomes, int wanted) {
        Awaitility.await().atMost(ELECTION).until(() -> outcomes.size() >= wanted);
    }

    private static Renewing renewing() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20, "rotation", "strict"));
        Story.App app = story.app("shop");
        return new Renewing(story, app, story.active(app, "read"));
    }

    private static int version(OpenBaoServer node, String connection) {
        return node.root("GET", "latchkey/data/connections/" + connection, Map.of())
                .body()
                .path("data")
                .path("metadata")
                .path("version")
                .asInt();
    }
}
