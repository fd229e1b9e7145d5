package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.refresh.RefreshRig.Cell;
import dev.latchkey.testkit.Arrests;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerApi.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Three broker processes on one database: one renewal for all callers of all of them, also when an owner is held for
 * longer than its lease. {@code latchkey.test.rounds} and {@code latchkey.test.callers} make it longer.
 */
class ReplicasIT {

    private static final int ROUNDS = Integer.getInteger("latchkey.test.rounds", 5);
    private static final int CALLERS = Integer.getInteger("latchkey.test.callers", 60);
    private static final Map<String, Integer> LONGER = Map.of("min_ttl", 3600);
    /** With less than 30 s left a token is renewed, so that each round takes some ten seconds. */
    private static final int LIFE = 42;

    private static final RefreshRig RIG = new RefreshRig();
    private static final Broker FIRST = RIG.start(Map.of());
    private static final List<Broker> BROKERS = List.of(FIRST, RIG.start(Map.of()), RIG.start(Map.of()));

    @BeforeAll
    static void start() {
        assertThat(BROKERS).hasSize(3);
    }

    @AfterAll
    static void stop() {
        RIG.close();
    }

    @Test
    @DisplayName("R1 callers of three processes cause exactly one renewal a round, and get the same token")
    void oneRenewal() throws InterruptedException {
        Cell cell = RIG.connect("many", "strict", LIFE);
        String path = "/connections/" + cell.connection() + "/token";
        for (int round = 1; round <= ROUNDS; round++) {
            long left = RIG.app(FIRST)
                    .post(path)
                    .expect(200)
                    .json()
                    .path("expires_in")
                    .asLong();
            Thread.sleep(Duration.ofSeconds(left - 29));
            AtomicInteger next = new AtomicInteger();

            List<Answer> answers = AtOnce.run(
                    CALLERS,
                    () -> RIG.app(BROKERS.get(next.getAndIncrement() % BROKERS.size()))
                            .post(path));

            assertThat(answers).extracting(Answer::status).containsOnly(200);
            assertThat(answers.stream()
                            .map(answer -> answer.text("access_token"))
                            .distinct())
                    .hasSize(1);
            assertThat(cell.refreshes()).isEqualTo(round);
            assertThat(cell.requests()).isEqualTo(round);
        }
        assertThat(cell.reuseDetections()).isZero();
    }

    @Test
    @DisplayName("R6 an owner that was held past its lease does not overwrite its successor, and ends nothing of it")
    void heldAtAPartnerWithGrace() {
        Cell cell = RIG.connect("held-grace", "grace", 600);
        String path = "/connections/" + cell.connection() + "/token";
        try (Arrests arrests = arrests()) {
            CompletableFuture<Answer> owner = held(arrests, cell, path);
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() ->
                            RIG.app(BROKERS.get(1)).post(path, LONGER).code().equals("cannot_satisfy_min_ttl"));
            String successors = RIG.app(BROKERS.get(1)).post(path).expect(200).text("access_token");
            arrests.release("K9 " + cell.connection());

            owner.join();

            // its caller lost patience long ago; the renewal itself goes on
            await().atMost(Duration.ofSeconds(30)).until(() -> RIG.audited(cell, "lease_lost") == 1);
            assertThat(RIG.app(BROKERS.get(2)).post(path).expect(200).text("access_token"))
                    .isEqualTo(successors);
            assertThat(RIG.standing(cell)).isEqualTo("active");
            assertThat(cell.reuseDetections()).isZero();
        }
    }

    @Test
    @DisplayName("R6 a strict partner's only valid token is kept, although its owner was held past the lease")
    void heldAtAStrictPartner() {
        Cell cell = RIG.connect("held-strict", "strict", 600);
        String path = "/connections/" + cell.connection() + "/token";
        String before = RIG.app(FIRST).post(path).expect(200).text("access_token");
        try (Arrests arrests = arrests()) {
            CompletableFuture<Answer> owner = held(arrests, cell, path);
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() ->
                            RIG.app(BROKERS.get(1)).post(path, LONGER).code().equals("outcome_unknown"));
            assertThat(RIG.app(BROKERS.get(1)).post(path).expect(200).text("access_token"))
                    .isEqualTo(before);
            arrests.release("K9 " + cell.connection());

            owner.join();

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> RIG.standing(cell).equals("active"));
            assertThat(RIG.app(BROKERS.get(2)).post(path).expect(200).text("access_token"))
                    .isNotEqualTo(before);
            assertThat(cell.refreshes()).isEqualTo(1);
            assertThat(cell.requests()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("R5 another process takes over from an owner that died before it sent")
    void takenOver() {
        Cell cell = RIG.connect("taken", "strict", 600);
        String path = "/connections/" + cell.connection() + "/token";
        Broker mortal = BROKERS.get(2);
        try (Arrests arrests = Arrests.attach(mortal.debugPort())) {
            watch(arrests);
            arrests.want("K1 " + cell.connection());
            CompletableFuture<Answer> owner =
                    CompletableFuture.supplyAsync(() -> RIG.app(mortal).post(path, LONGER));
            arrests.awaitAll(Set.of("K1 " + cell.connection()));
            mortal.process().kill9();
            assertThat(owner).failsWithin(Duration.ofSeconds(30));
        }
        try {
            await().atMost(Duration.ofSeconds(40))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() ->
                            RIG.app(BROKERS.get(1)).post(path, LONGER).code().equals("cannot_satisfy_min_ttl"));
            assertThat(cell.requests()).isEqualTo(1);
        } finally {
            mortal.process().startAgain();
        }
    }

    /** The first broker's renewal, held when it knows the partner's answer. */
    private static CompletableFuture<Answer> held(Arrests arrests, Cell cell, String path) {
        String place = "K9 " + cell.connection();
        arrests.want(place);
        CompletableFuture<Answer> owner =
                CompletableFuture.supplyAsync(() -> RIG.app(FIRST).post(path, LONGER));
        arrests.awaitAll(Set.of(place));
        return owner;
    }

    private static Arrests arrests() {
        Arrests arrests = Arrests.attach(FIRST.debugPort());
        watch(arrests);
        return arrests;
    }

    static void watch(Arrests arrests) {
        arrests.watch(
                "dev.latchkey.refresh.NoKillPoints",
                "at",
                values -> Arrests.text(Arrests.member(values.get(0), "name")) + " " + Arrests.uuid(values.get(1)));
    }
}
