package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.refresh.RefreshRig.Cell;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.BrokerApi.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A broker process whose callers do not take no for an answer, at partners that want to be left alone; and a third one. */
class InsistentCallersIT {

    private static final int CONNECTIONS = 10;
    /** Of each caller; together they ask some hundred times a second. */
    private static final Duration BETWEEN = Duration.ofMillis(30);

    private static final int CALLERS = 4;

    private static final int ENOUGH = 500;

    private static final int STATED_SECONDS = 30;
    /** Of these; the rest is for a machine that stands still now and then. */
    private static final int LOOKED_AT_SECONDS = 4;
    /** These, and up to a tenth more by chance; rounded up. */
    private static final int LONGEST_SECONDS = Math.ceilDiv(STATED_SECONDS * 11, 10);

    private static final RefreshRig RIG = new RefreshRig();
    private static final Broker BROKER = RIG.start(Map.of());

    @AfterAll
    static void stop() {
        RIG.close();
    }

    @Test
    @DisplayName(
            "R57 while callers insist, a partner that said 429 is left alone for as long as it said, and then served")
    void rateLimited() throws Exception {
        Cell limited = RIG.connect("limited", "strict", 20); // each hand-out renews
        List<String> connections = connectionsOf(limited);
        RIG.control()
                .fault(FaultOrder.at(limited.sandboxName())
                        .endpoint("refresh")
                        .times(1)
                        .status(429, Map.of("Retry-After", Integer.toString(STATED_SECONDS)), "{}"));
        AtomicInteger turn = new AtomicInteger();
        List<Answer> answers;
        try (Callers load = insist(() -> connections.get(turn.getAndIncrement() % CONNECTIONS))) {
            await().atMost(Duration.ofSeconds(60)).until(() -> limited.requests() > 0);
            LockSupport.parkNanos(Duration.ofSeconds(3).toNanos()); // what was on its way at that moment has arrived
            long served = load.served();
            long arrived = limited.requests();
            await().during(Duration.ofSeconds(LOOKED_AT_SECONDS))
                    .atMost(Duration.ofSeconds(STATED_SECONDS))
                    .until(() -> limited.requests() == arrived);
            assertThat(load.served()).isEqualTo(served);

            await().atMost(Duration.ofSeconds(180)).until(() -> load.served() > served + CONNECTIONS);
            answers = load.end();
        }

        Map<String, List<Answer>> refused = answers.stream()
                .filter(answer -> answer.status() != 200)
                .collect(Collectors.groupingBy(answer -> answer.status() + " " + answer.code()));
        // a connection comes back some time after its partner's pause, and the one that was told so after its own
        assertThat(refused.keySet()).isSubsetOf("429 partner_rate_limited", "503 partner_unavailable");
        assertThat(refused.get("429 partner_rate_limited"))
                .hasSizeGreaterThan(CONNECTIONS)
                .allSatisfy(answer -> assertThat(Integer.parseInt(answer.header("Retry-After")))
                        .isBetween(1, LONGEST_SECONDS));
        assertThat(limited.reuseDetections()).isZero();
        assertThat(RIG.standing(limited)).isEqualTo("active");
    }

    @Test
    @DisplayName(
            "R58 a hundred callers a second cannot make a failing connection hammer its partner; others are served")
    void failing() throws Exception {
        Cell failing = RIG.connect("failing", "strict", 20);
        Cell healthy = RIG.connect("healthy", "strict", 20);
        RIG.control()
                .fault(FaultOrder.at(failing.sandboxName())
                        .endpoint("refresh")
                        .forever()
                        .status(503, Map.of(), "{}"));
        List<Answer> refused;
        List<Answer> served;
        AtomicInteger begun = new AtomicInteger();
        Supplier<String> counted = () -> {
            begun.incrementAndGet();
            return failing.connection();
        };
        long start = System.nanoTime();
        try (Callers load = insist(counted);
                Callers others = Callers.begin(1, () -> token(healthy.connection()))) {
            // the second one after 30 s and up to a fifth more
            await().atMost(Duration.ofSeconds(300))
                    .until(() -> failing.requests() >= 2 && begun.get() > ENOUGH + CALLERS);
            refused = load.end();
            served = others.end();
        }
        long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
        long asked = failing.requests();

        // 30 s after the first one, and a pause twice as long each time
        assertThat(asked).isLessThanOrEqualTo(seconds < 90 ? 2 : 3 + seconds / 210);
        assertThat(refused).hasSizeGreaterThan(ENOUGH).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.code()).isEqualTo("partner_unavailable");
            assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, 36 << (asked - 1));
        });
        assertThat(served).isNotEmpty().extracting(Answer::status).containsOnly(200);
        assertThat(RIG.standing(failing)).isEqualTo("active");
        System.out.printf(
                "R58: %d callers were refused from what is known, the partner was asked %d times%n",
                refused.size(), asked);
    }

    private static List<String> connectionsOf(Cell cell) {
        List<String> all = new ArrayList<>(List.of(cell.connection()));
        IntStream.range(1, CONNECTIONS).forEach(i -> all.add(RIG.activated(cell.partner())));
        return all;
    }

    private static Callers insist(Supplier<String> connection) {
        return Callers.begin(CALLERS, () -> {
            LockSupport.parkNanos(BETWEEN.toNanos());
            return token(connection.get());
        });
    }

    private static Answer token(String connection) {
        return RIG.app(BROKER).post("/connections/" + connection + "/token");
    }
}
