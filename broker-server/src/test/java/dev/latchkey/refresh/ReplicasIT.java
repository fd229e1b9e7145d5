package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.refresh.RefreshRig.Cell;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.Arrests;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.MachinePauses;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Three broker processes on one database: one renewal for all callers of all of them, whatever their clocks say, also when
 * an owner is frozen for longer than its lease, or dies. {@code tests.rounds} and {@code tests.callers}
 * make it longer.
 */
@Tag("alone")
class ReplicasIT {

    private static final int ROUNDS = Integer.getInteger("tests.rounds", 100);
    private static final int CALLERS = Integer.getInteger("tests.callers", 200);
    /** Connections that the rounds go through in turn, so that the token of the next one has ended meanwhile. */
    private static final int RING = 50;
    /** A token is renewed in its last 30 s: it serves the callers of its round for 29 s, and then it is due again. */
    private static final int LIFE = 59;

    private static final int ENDED = 20;
    private static final int AT_ONCE = Integer.getInteger("tests.connections", 150);
    private static final int CLOCK_ROUNDS = 20;
    private static final Map<String, Integer> LONGER = Map.of("min_ttl", 3600);
    /** So long a caller waits for a renewal. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** What the brokers of this test give an owner. */
    private static final Duration LEASE = Duration.ofSeconds(15);
    /** Of so many calls one may be refused for a moment. */
    private static final int CALLS_A_REFUSAL = 20;

    private static final RefreshRig RIG = new RefreshRig();
    private static final Broker FIRST = RIG.start(Map.of());
    private static final List<Broker> BROKERS = List.of(FIRST, RIG.start(Map.of()), RIG.start(Map.of()));

    /** Calls of one test that may be refused for a moment, and how many were. */
    private final AtomicInteger calls = new AtomicInteger();

    private final AtomicInteger refusals = new AtomicInteger();

    @BeforeAll
    static void start() {
        assertThat(BROKERS).hasSize(3);
    }

    @AfterAll
    static void stop() {
        RIG.close();
    }

    @Test
    @DisplayName("R1 callers of three processes cause exactly one renewal a round, and all get the same token")
    void oneRenewal() throws InterruptedException {
        Fleet ring = Fleet.connect(RIG, FIRST, "many", Math.min(RING, ROUNDS), ENDED);
        ring.life(LIFE);
        long[] dueAt = new long[ring.connections().size()];
        long begin = System.nanoTime();
        for (int round = 1; round <= ROUNDS; round++) {
            int turn = round % dueAt.length;
            Thread.sleep(Duration.ofNanos(Math.max(0, dueAt[turn] - System.nanoTime())));

            List<Answer> answers = askAll(BROKERS, ring.connections().get(turn), CALLERS);

            dueAt[turn] = System.nanoTime() + Duration.ofSeconds(LIFE - 28).toNanos();
            assertOneToken(answers);
            assertThat(ring.requests()).as("renewals after round " + round).isEqualTo(round);
        }
        print("R1", CALLERS + " callers x " + ROUNDS + " rounds", begin);
        assertFewRefusals("R1");
        assertThat(ring.refreshes().values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(ROUNDS);
        assertThat(ring.reuseDetections()).isZero();
    }

    @Test
    @DisplayName("R2 many connections are renewed at once: none waits for another")
    void noConvoy() {
        Fleet fleet = Fleet.connect(RIG, FIRST, "fleet", AT_ONCE, ENDED);
        fleet.life(3600);
        RIG.control()
                .fault(FaultOrder.at(fleet.sandboxName())
                        .endpoint("refresh")
                        .forever()
                        .latency(Duration.ofSeconds(1)));
        AtomicInteger next = new AtomicInteger();
        long begin = System.nanoTime();

        List<Answer> answers = AtOnce.run(AT_ONCE, () -> {
            int mine = next.getAndIncrement();
            return insist(BROKERS.get(mine % BROKERS.size()), path(fleet, mine));
        });

        long seconds = print("R2", AT_ONCE + " renewals of 1 s", begin);
        assertFewRefusals("R2");
        assertThat(answers).extracting(Answer::status).containsOnly(200);
        assertThat(fleet.requests()).isEqualTo(AT_ONCE);
        assertThat(fleet.refreshes().values()).hasSize(AT_ONCE).containsOnly(1L);
        // One after the other they would take AT_ONCE seconds, whatever the machine.
        assertThat(seconds).isLessThan(AT_ONCE * 2L / 3);
        RIG.control().clearFaults();
    }

    @Test
    @DisplayName("R4 a partner that takes a minute fails its callers in time, with Retry-After, and not the connection")
    void slowPartner() {
        Cell cell = RIG.connect("slow", "none", 600);
        RIG.control()
                .fault(FaultOrder.at(cell.sandboxName()).endpoint("refresh").latency(Duration.ofSeconds(60)));
        // By default a call ends when its callers lose patience, and who comes a moment later is told of the partner.
        Broker owner = RIG.start(Map.of("latchkey.outbound.deadline", "PT40S"));
        CompletableFuture<Answer> first =
                CompletableFuture.supplyAsync(() -> RIG.app(owner).post(path(cell), LONGER));
        await().atMost(Duration.ofSeconds(60)).until(() -> cell.requests() == 1);
        List<Broker> asked = List.of(owner, FIRST, BROKERS.get(1), BROKERS.get(2));
        AtomicInteger next = new AtomicInteger();
        try (MachinePauses pauses = new MachinePauses()) {
            long begin = System.nanoTime();

            List<Answer> answers = AtOnce.run(
                    8,
                    () -> RIG.app(asked.get(next.getAndIncrement() % asked.size()))
                            .post(path(cell), LONGER));

            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            assertThat(answers).allSatisfy(ReplicasIT::assertPatient);
            assertThat(took).isLessThan(PATIENCE.plusSeconds(5).plus(pauses.total()));
        }
        assertPatient(first.join());
        assertThat(RIG.standing(cell)).isEqualTo("active");
        BROKERS.forEach(broker -> RIG.app(broker).post(path(cell)).expect(200));
        assertThat(cell.requests()).isEqualTo(1);
        owner.process().kill9();
    }

    @Test
    @DisplayName(
            "R4 R6 an owner that was frozen past its lease neither overwrites its successor nor loses the only token")
    void frozen() {
        Cell grace = RIG.connect("frozen-grace", "grace", 600);
        Cell strict = RIG.connect("frozen-strict", "strict", 600);
        String before = RIG.app(FIRST).post(path(strict)).expect(200).text("access_token");
        try (Arrests arrests = Arrests.attach(FIRST.debugPort())) {
            watch(arrests);
            CompletableFuture<Answer> ofGrace = held(arrests, grace);
            CompletableFuture<Answer> ofStrict = held(arrests, strict);
            String successors;
            FIRST.process().freeze();
            try {
                awaitCode(BROKERS.get(1), grace, "cannot_satisfy_min_ttl");
                successors =
                        RIG.app(BROKERS.get(1)).post(path(grace)).expect(200).text("access_token");
                // The intent of the frozen owner holds the successor back: its answer may be the only valid one.
                awaitCode(BROKERS.get(1), strict, "outcome_unknown");
                assertThat(RIG.app(BROKERS.get(1))
                                .post(path(strict))
                                .expect(200)
                                .text("access_token"))
                        .isEqualTo(before);
            } finally {
                FIRST.process().thaw();
            }
            // before the renewals go on, which would answer who wakes up after their end
            assertPatient(ofGrace.join());
            assertPatient(ofStrict.join());

            arrests.release("K9 " + grace.connection());
            arrests.release("K9 " + strict.connection());
            assertKeptBySuccessor(grace, successors);
            assertKeptByOwner(strict, before);
        }
    }

    /** The caller lost patience; that says nothing about the connection. */
    private static void assertPatient(Answer answer) {
        assertThat(answer.code()).isEqualTo("refresh_in_progress");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isNotEmpty();
    }

    private static void assertKeptBySuccessor(Cell cell, String successors) {
        await().atMost(Duration.ofSeconds(60)).until(() -> RIG.audited(cell, "lease_lost") == 1);
        assertThat(RIG.app(BROKERS.get(2)).post(path(cell)).expect(200).text("access_token"))
                .isEqualTo(successors);
        assertThat(RIG.standing(cell)).isEqualTo("active");
        assertThat(cell.reuseDetections()).isZero();
    }

    private static void assertKeptByOwner(Cell cell, String before) {
        await().atMost(Duration.ofSeconds(60)).until(() -> RIG.standing(cell).equals("active"));
        assertThat(RIG.app(BROKERS.get(2)).post(path(cell)).expect(200).text("access_token"))
                .isNotEqualTo(before);
        assertThat(cell.refreshes()).isEqualTo(1);
        assertThat(cell.requests()).isEqualTo(1);
    }

    @Test
    @DisplayName("R5 another process takes over from an owner that died before it sent, when its lease has ended")
    void takenOver() {
        Cell cell = RIG.connect("taken", "strict", 600);
        Broker mortal = BROKERS.get(2);
        CompletableFuture<Answer> owner;
        try (Arrests arrests = Arrests.attach(mortal.debugPort())) {
            watch(arrests);
            arrests.want("K1 " + cell.connection());
            owner = CompletableFuture.supplyAsync(() -> RIG.app(mortal).post(path(cell), LONGER));
            arrests.awaitAll(Set.of("K1 " + cell.connection()));
            mortal.process().kill9();
        }
        try (MachinePauses pauses = new MachinePauses()) {
            long death = System.nanoTime();
            awaitCode(BROKERS.get(1), cell, "cannot_satisfy_min_ttl");
            Duration took = Duration.ofNanos(System.nanoTime() - death);
            System.out.println("R5: taken over in " + took.toMillis() + " ms");
            assertThat(took).isLessThan(LEASE.plusSeconds(5).plus(pauses.total()));
            assertThat(cell.requests()).isEqualTo(1);
            assertThat(owner).failsWithin(Duration.ofSeconds(90));
        } finally {
            mortal.process().startAgain();
        }
    }

    @Test
    @DisplayName(
            "R8 with clocks ten minutes apart it is still exactly one renewal a round: leases are by the database's")
    void clocksApart() {
        List<Broker> apart = List.of(FIRST, RIG.start(Map.of(), clock("+10m")), RIG.start(Map.of(), clock("-10m")));
        Fleet fleet = Fleet.connect(RIG, FIRST, "clocks", CLOCK_ROUNDS, ENDED);
        fleet.life(3600);

        for (int round = 1; round <= CLOCK_ROUNDS; round++) {
            List<Answer> answers = askAll(apart, fleet.connections().get(round - 1), 60);

            assertOneToken(answers);
            assertThat(fleet.requests()).as("renewals after round " + round).isEqualTo(round);
        }

        assertFewRefusals("R8");
        assertThat(fleet.reuseDetections()).isZero();
        assertThat(apart)
                .allSatisfy(broker -> assertThat(lives(broker, fleet))
                        .as("R51 lives go by the database's clock, too")
                        .allMatch(life -> life > 3060 && life <= 3600));
        apart.stream().skip(1).forEach(broker -> broker.process().stop());
        Duration most = Duration.ofMinutes(9);
        assertThat(apart.get(1).process().lastLine()).isAfter(Instant.now().plus(most));
        assertThat(apart.get(2).process().lastLine()).isBefore(Instant.now().minus(most));
    }

    @Test
    @DisplayName("R104 a disconnect is final on every process at once, whatever it had in its cache")
    void disconnected() {
        Cell cell = RIG.connect("final", "strict", 3600);
        BROKERS.forEach(broker -> RIG.app(broker).post(path(cell)).expect(200));

        RIG.admin().post("/connections/" + cell.connection() + "/revoke").expect(200);

        BROKERS.forEach(broker -> RIG.app(broker).post(path(cell)).expect(404));
    }

    private static Map<String, String> clock(String offset) {
        return Map.of("LD_PRELOAD", "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "FAKETIME", offset);
    }

    private List<Answer> askAll(List<Broker> brokers, String connection, int callers) {
        AtomicInteger next = new AtomicInteger();
        return AtOnce.run(
                callers,
                () -> insist(
                        brokers.get(next.getAndIncrement() % brokers.size()), "/connections/" + connection + "/token"));
    }

    /** Asks again after a 503, as its Retry-After says, on a machine that is too slow for so many at once. */
    private Answer insist(Broker broker, String path) throws InterruptedException {
        Answer answer = ask(broker, path);
        calls.incrementAndGet();
        for (int again = 0; answer.status() == 503 && again < 30; again++) {
            refusals.incrementAndGet();
            Thread.sleep(Duration.ofSeconds(1));
            answer = ask(broker, path);
            calls.incrementAndGet();
        }
        return answer;
    }

    /** Asking again is for a moment's haste, and hides nothing that would happen often. */
    private void assertFewRefusals(String row) {
        System.out.println(row + ": " + refusals + " of " + calls + " calls were refused for a moment");
        assertThat(refusals.get()).isLessThanOrEqualTo(calls.get() / CALLS_A_REFUSAL);
    }

    /** Once more where the connection was an old one that the broker has closed for its age. */
    private static Answer ask(Broker broker, String path) {
        try {
            return RIG.app(broker).post(path);
        } catch (UncheckedIOException e) {
            return RIG.app(broker).post(path);
        }
    }

    private static void assertOneToken(List<Answer> answers) {
        assertThat(answers)
                .allSatisfy(
                        answer -> assertThat(answer.status()).as(answer.code()).isEqualTo(200));
        assertThat(answers.stream().map(answer -> answer.text("access_token")).distinct())
                .hasSize(1);
    }

    private static void awaitCode(Broker broker, Cell cell, String code) {
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> RIG.app(broker).post(path(cell), LONGER).code().equals(code));
    }

    private static List<Long> lives(Broker broker, Fleet fleet) {
        return IntStream.range(0, CLOCK_ROUNDS)
                .mapToObj(i -> RIG.app(broker)
                        .post(path(fleet, i))
                        .expect(200)
                        .json()
                        .path("expires_in")
                        .asLong())
                .toList();
    }

    private static String path(Cell cell) {
        return "/connections/" + cell.connection() + "/token";
    }

    private static String path(Fleet fleet, int index) {
        return "/connections/" + fleet.connections().get(index) + "/token";
    }

    private static long print(String row, String what, long begin) {
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        System.out.println(row + ": " + what + " in " + took.toMillis() + " ms");
        return took.toSeconds();
    }

    /** The first broker's renewal, held when it knows the partner's answer. */
    private static CompletableFuture<Answer> held(Arrests arrests, Cell cell) {
        String place = "K9 " + cell.connection();
        arrests.want(place);
        CompletableFuture<Answer> owner =
                CompletableFuture.supplyAsync(() -> RIG.app(FIRST).post(path(cell), LONGER));
        arrests.awaitAll(Set.of(place));
        return owner;
    }

    static void watch(Arrests arrests) {
        arrests.watch(
                "dev.latchkey.refresh.NoKillPoints",
                "at",
                values -> Arrests.text(Arrests.member(values.get(0), "name")) + " " + Arrests.uuid(values.get(1)));
    }
}
