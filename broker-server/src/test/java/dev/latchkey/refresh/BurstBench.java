package dev.latchkey.refresh;

import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.refresh.RefreshRig.Cell;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerApi;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The part of {@code ./latchkey bench refresh} in which all connections of a partner are due at one moment (R2): how long
 * until the last caller has its token. One broker on the local store.
 */
final class BurstBench {

    private static final int CONNECTIONS = 500;
    private static final int ROUNDS = 5;
    private static final Duration LATENCY = Duration.ofSeconds(1);

    private BurstBench() {}

    /** One round. */
    private record Round(long millis, long served, long calls) {}

    /** A section for the page of figures. */
    static String section() {
        try (RefreshRig rig = new RefreshRig(RigStores.local())) {
            Broker broker = rig.startForMeasuring(Map.of(
                    "latchkey.refresh.ahead",
                    "false",
                    "latchkey.protection.calls-at-once",
                    Integer.toString(CONNECTIONS)));
            Cell cell = rig.connect("many", "strict", 20);
            List<String> connections = new ArrayList<>(List.of(cell.connection()));
            while (connections.size() < CONNECTIONS) {
                connections.add(rig.activated(cell.partner()));
            }
            rig.control()
                    .fault(FaultOrder.anywhere().endpoint("refresh").forever().latency(LATENCY));
            List<Round> rounds = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                rounds.add(round(rig.app(broker), cell, connections));
            }
            return text(rounds);
        }
    }

    private static Round round(BrokerApi app, Cell cell, List<String> connections) {
        long calls = cell.requests();
        AtomicInteger next = new AtomicInteger();
        long from = System.nanoTime();
        List<BrokerApi.Answer> answers = AtOnce.run(
                connections.size(),
                () -> app.post("/connections/" + connections.get(next.getAndIncrement()) + "/token"));
        long millis = Duration.ofNanos(System.nanoTime() - from).toMillis();
        return new Round(
                millis,
                answers.stream().filter(answer -> answer.status() == 200).count(),
                cell.requests() - calls);
    }

    private static String text(List<Round> rounds) {
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, """

                    ## All at one moment

                    One broker on the local store, %d connections of one partner that takes %d s to answer,
                    `latchkey.protection.calls-at-once` = %d; each has a caller of its own, and all ask at the same moment. The
                    first round is the first that the process ever renews.

                    > %s

                    | round | answered after | tokens | calls at the partner |
                    |---|---|---|---|
                    """, CONNECTIONS, LATENCY.toSeconds(), CONNECTIONS, Options.load()));
        for (int i = 0; i < rounds.size(); i++) {
            Round round = rounds.get(i);
            text.append(String.format(
                    Locale.ROOT,
                    "| %d | %.1f s | %d | %d |%n",
                    i + 1,
                    round.millis() / 1000.0,
                    round.served(),
                    round.calls()));
        }
        return text.toString();
    }
}
