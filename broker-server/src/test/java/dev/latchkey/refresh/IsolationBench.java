package dev.latchkey.refresh;

import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.refresh.RefreshRig.Cell;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerTables;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The part of {@code ./latchkey bench refresh} in which one partner hangs (R48, R61): what that costs the callers of another
 * one. One broker on the local store, with a pool of ten.
 */
final class IsolationBench {

    private static final int CALLERS = 4;
    private static final int OTHERS = 200;
    /** Of the other partner's connections, one after the other. */
    private static final Duration PACE = Duration.ofMillis(50);

    private static final Duration HANG = Duration.ofSeconds(30);
    /** As long as a call that hangs. */
    private static final Duration PHASE = Duration.ofSeconds(10);

    private static final Duration BETWEEN = Duration.ofMillis(50);

    private final RefreshRig rig;
    private final BrokerApi app;
    private final List<String> renewed = new ArrayList<>();
    private final Cell read;
    private volatile boolean over;

    private IsolationBench(RefreshRig rig) {
        this.rig = rig;
        Broker broker =
                rig.startForMeasuring(Map.of("latchkey.refresh.ahead", "false", "latchkey.database.pool-size", "10"));
        app = rig.app(broker);
        read = rig.connect("read", "strict", 3600);
        IntStream.range(0, CALLERS)
                .forEach(i ->
                        renewed.add(rig.connect("renewed" + i, "strict", 20).connection()));
    }

    /** How long callers of the healthy partner waited in one phase. */
    private record Phase(String name, List<Long> renewals, List<Long> reads, long idleInTransaction) {

        static String millis(List<Long> nanos, double part) {
            List<Long> sorted = nanos.stream().sorted().toList();
            return sorted.isEmpty()
                    ? "-"
                    : String.format(Locale.ROOT, "%.0f ms", sorted.get((int) (sorted.size() * part)) / 1e6);
        }
    }

    /** A section for the page of figures. */
    static String section() {
        try (RefreshRig rig = new RefreshRig(RigStores.local())) {
            return text(new IsolationBench(rig).phases());
        }
    }

    private List<Phase> phases() {
        Cell other = rig.connect("other", "none", 20);
        List<String> paced = connectionsOf(other);
        Cell late = rig.connect("late", "none", 20);
        List<String> together = connectionsOf(late);
        List<Phase> phases = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            threads.execute(() -> askInTurn(paced, threads));
            phase("to warm up");
            phases.add(phase("it answers"));
            hang(other);
            phases.add(phase("it hangs"));
            phases.add(phase("its breaker is open"));
            over = true;
            pause(PHASE);
            hang(late);
            together.forEach(connection -> threads.execute(() -> ask(connection)));
            phases.add(phase("all at one moment"));
        }
        return phases;
    }

    private List<String> connectionsOf(Cell cell) {
        List<String> all = new ArrayList<>(List.of(cell.connection()));
        IntStream.range(1, OTHERS).forEach(i -> all.add(rig.activated(cell.partner())));
        return all;
    }

    private void hang(Cell cell) {
        rig.control()
                .fault(FaultOrder.at(cell.sandboxName())
                        .endpoint("refresh")
                        .forever()
                        .latency(HANG));
    }

    /** As often whatever the answers are. */
    private void askInTurn(List<String> connections, ExecutorService threads) {
        for (int turn = 0; !over; turn++) {
            String next = connections.get(turn % connections.size());
            threads.execute(() -> ask(next));
            pause(PACE);
        }
    }

    private BrokerApi.Answer ask(String connection) {
        return app.post("/connections/" + connection + "/token");
    }

    private Phase phase(String name) {
        long end = System.nanoTime() + PHASE.toNanos();
        Queue<Long> renewals = new ConcurrentLinkedQueue<>();
        Queue<Long> reads = new ConcurrentLinkedQueue<>();
        long idle = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            BooleanSupplier goesOn = () -> System.nanoTime() < end;
            renewed.forEach(connection -> threads.execute(() -> ask(connection, renewals, goesOn)));
            IntStream.range(0, CALLERS).forEach(i -> threads.execute(() -> ask(read.connection(), reads, goesOn)));
            while (goesOn.getAsBoolean()) {
                idle = Math.max(idle, idleInTransaction());
                pause(Duration.ofMillis(500));
            }
        }
        return new Phase(name, List.copyOf(renewals), List.copyOf(reads), idle);
    }

    private void ask(String connection, Queue<Long> nanos, BooleanSupplier goesOn) {
        while (goesOn.getAsBoolean()) {
            long from = System.nanoTime();
            ask(connection).expect(200);
            nanos.add(System.nanoTime() - from);
            pause(BETWEEN);
        }
    }

    private long idleInTransaction() {
        BrokerTables tables = rig.tables();
        return tables.texts("select pid from pg_stat_activity where datname = current_database()"
                        + " and state like 'idle in transaction%' and now() - state_change > interval '1 second'")
                .size();
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String text(List<Phase> phases) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                """

                    ## Beside a partner that hangs

                    One broker on the local store, a pool of ten. Callers of a healthy partner ask %d times at once, a twentieth
                    of a second after the answer before: some with tokens so short-lived that each hand-out renews, some with one
                    that lives. Beside them %d connections of another partner are renewed, %d a second: while it answers; when it
                    takes %d s, where a call has 10 s; when its breaker is open. At last, %d renewals of a third partner that hangs
                    come at one moment, and are under way or fail until the end.

                    > %s

                    """,
                2 * CALLERS,
                OTHERS,
                1000 / PACE.toMillis(),
                HANG.toSeconds(),
                OTHERS,
                Options.load()));
        row(text, "", phases, Phase::name);
        row(text, "---", phases, phase -> "---");
        row(
                text,
                "hand-outs that renew",
                phases,
                phase -> String.valueOf(phase.renewals().size()));
        row(text, "p50", phases, phase -> Phase.millis(phase.renewals(), 0.50));
        row(text, "p99", phases, phase -> Phase.millis(phase.renewals(), 0.99));
        row(
                text,
                "hand-outs from memory",
                phases,
                phase -> String.valueOf(phase.reads().size()));
        row(text, "p50", phases, phase -> Phase.millis(phase.reads(), 0.50));
        row(text, "p99", phases, phase -> Phase.millis(phase.reads(), 0.99));
        row(text, "idle in transaction for a second", phases, phase -> String.valueOf(phase.idleInTransaction()));
        return text.toString();
    }

    private static void row(StringBuilder text, String name, List<Phase> phases, Function<Phase, String> value) {
        text.append("| ").append(name);
        phases.forEach(phase -> text.append(" | ").append(value.apply(phase)));
        text.append(" |\n");
    }
}
