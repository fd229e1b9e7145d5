package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.refresh.RefreshRig.Cell;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerApi.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A broker process and two partners: one hangs, the other works. What it costs in time is told by the benchmark. */
class HangingPartnerIT {

    /** What the breaker judges. */
    private static final int CALLS = 20;
    /** Connections that have not been tried when the breaker opens; each of them asks once. */
    private static final int OTHERS = 12;

    private static final Map<String, Integer> LONGER = Map.of("min_ttl", 3600);
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final RefreshRig RIG = new RefreshRig();
    private static final Broker BROKER = RIG.start(Map.of());

    @AfterAll
    static void stop() {
        RIG.close();
    }

    @Test
    @DisplayName(
            "R61 a partner that hangs: it is left alone after 20 calls, one call probes it, and another's callers are served")
    void hangs() throws Exception {
        Cell healthy = RIG.connect("healthy", "strict", 20); // each hand-out renews
        Cell hanging = RIG.connect("hanging", "none", 600);
        List<String> connections = new ArrayList<>();
        IntStream.range(0, CALLS + OTHERS).forEach(i -> connections.add(RIG.activated(hanging.partner())));
        RIG.control()
                .fault(FaultOrder.at(hanging.sandboxName())
                        .endpoint("refresh")
                        .forever()
                        .latency(Duration.ofSeconds(30)));
        List<Answer> served;
        try (Callers load =
                Callers.begin(4, () -> RIG.app(BROKER).post("/connections/" + healthy.connection() + "/token"))) {
            opens(hanging, connections);
            probes(hanging, connections.subList(CALLS, CALLS + OTHERS));
            served = load.end();
        }

        assertThat(served).hasSizeGreaterThan(CALLS);
        assertThat(served).extracting(Answer::status).containsOnly(200);
        assertThat(healthy.reuseDetections()).isZero();
    }

    /** All that is under way fails; who comes then is told so at once, and the partner is not asked. */
    private static void opens(Cell hanging, List<String> connections) {
        AtomicInteger next = new AtomicInteger();
        List<Answer> first = AtOnce.run(CALLS, () -> ask(connections.get(next.getAndIncrement())));
        assertThat(first).extracting(Answer::status).doesNotContain(200);
        // the callers lose patience at the moment at which the calls fail
        await().atMost(PATIENCE).until(() -> level(hanging) == 2);
        assertThat(hanging.requests()).isEqualTo(CALLS);

        Answer refused = ask(connections.get(CALLS));

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("partner_unavailable");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 12);
        assertThat(hanging.requests()).isEqualTo(CALLS);
    }

    /** After its pause one call is tried; it hangs as well. Then the partner is back, and the next probe finds out. */
    private static void probes(Cell hanging, List<String> connections) {
        AtomicInteger next = new AtomicInteger(1);
        await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).until(() -> {
            ask(connections.get(1 + next.getAndIncrement() % (connections.size() - 1)));
            return hanging.requests() == CALLS + 1;
        });
        RIG.control().clearFaults();
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> ask(connections.getFirst()).code().equals("cannot_satisfy_min_ttl"));
        assertThat(level(hanging)).isZero();
    }

    private static Answer ask(String connection) {
        return RIG.app(BROKER).post("/connections/" + connection + "/token", LONGER);
    }

    /** 0 closed, 1 one call is tried, 2 open. */
    private static int level(Cell cell) {
        String metrics = RIG.admin().get("/q/metrics").expect(200).raw().body();
        return metrics.lines()
                .filter(line -> line.startsWith("latchkey_partner_breaker{"))
                .filter(line -> line.contains("\"tokens\"") && line.contains('"' + cell.partner() + '"'))
                .map(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(0);
    }
}
