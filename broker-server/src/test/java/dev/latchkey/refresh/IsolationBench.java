package dev.latchkey.refresh;

import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.refresh.RefreshRig.Cell;
import dev.latchkey.sandbox.client.FaultOrder;
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

    private static final int HANGING = 200;
    private static final int CALLERS = 4;
    private static final Duration HANG = Duration.ofSeconds(30);
    /** As long as a call that hangs. */
    private static final Duration PHASE = Duration.ofSeconds(10);

    private static final Duration BETWEEN = Duration.ofMillis(50);
    private static final Map<String, Integer> LONGER = Map.of("min_ttl", 3600);

    private final RefreshRig rig;
    private final Broker broker;
    private final List<String> renewed = new ArrayList<>();
    private final List<String> hanging = new ArrayList<>();
    private final Cell read;
    private volatile boolean over;

    private IsolationBench(RefreshRig rig) {
        this.rig = rig;
        broker = rig.start(Map.of("latchkey.refresh.ahead", "false", "latchkey.database.pool-size", "10"));
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
        Cell cell = rig.connect("hanging", "none", 600);
        hanging.add(cell.connection());
        IntStream.range(1, HANGING).forEach(i -> hanging.add(rig.activated(cell.partner())));
        rig.control()
                .fault(FaultOrder.at(cell.sandboxName())
                        .endpoint("refresh")
                        .forever()
                        .latency(HANG));
        phase("to warm up");
        Phase alone = phase("alone");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            hanging.forEach(connection -> threads.execute(() -> insist(connection)));
            Phase waiting = phase("beside " + HANGING + " calls that hang");
            Phase open = phase("with the breaker open");
            over = true;
            return List.of(alone, waiting, open);
        }
    }

    private void insist(String connection) {
        while (!over) {
            rig.app(broker).post("/connections/" + connection + "/token", LONGER);
            pause(Duration.ofSeconds(1));
        }
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
            rig.app(broker).post("/connections/" + connection + "/token").expect(200);
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
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, """

                    ## Beside a partner that hangs

                    One broker on the local store, a pool of ten. Callers of a healthy partner ask %d times at once, a twentieth
                    of a second after the answer before: some with tokens so short-lived that each hand-out renews, some with one
                    that lives. Then %d renewals go to a partner that takes %d s to answer; a call has 10 s.

                    > %s

                    """, 2 * CALLERS, HANGING, HANG.toSeconds(), Options.load()));
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
