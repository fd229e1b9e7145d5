package dev.latchkey.refresh;

import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.refresh.RefreshRig.Cell;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.BrokerApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * The program behind {@code ./latchkey bench refresh}: callers that renew a connection each, as fast as they are answered,
 * at partners that take 300 ms; on both stores, with one real broker each.
 */
final class RefreshBench {

    private static final Duration LATENCY = Duration.ofMillis(300);
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    /** So short that each hand-out renews. */
    private static final int LIFE = 20;

    private RefreshBench() {}

    /** One run on one store. */
    private record Run(
            String store,
            double perSecond,
            long refreshes,
            long failures,
            long calls,
            List<Long> nanos,
            ResidualWindow window) {

        double millis(double part) {
            return nanos.isEmpty()
                    ? 0
                    : nanos.get((int) Math.min(nanos.size() - 1L, (long) (nanos.size() * part))) / 1e6;
        }
    }

    /** Options: {@code --callers N --seconds N --out FILE}. */
    public static void main(String[] words) throws IOException {
        Map<String, String> given = Options.of(words, List.of("--callers", "--seconds", "--out"));
        int callers = Integer.parseInt(given.getOrDefault("--callers", "48"));
        Duration time = Duration.ofSeconds(Long.parseLong(given.getOrDefault("--seconds", "30")));
        String machine = Options.machine();
        List<Run> runs =
                List.of(run("local", RigStores.local(), callers, time), run("kv2", RigStores.openBao(), callers, time));
        String text = text(machine, callers, time, runs) + BurstBench.section() + IsolationBench.section();
        System.out.println(text);
        if (given.containsKey("--out")) {
            Path out = Path.of(given.get("--out"));
            Files.createDirectories(out.toAbsolutePath().getParent());
            Files.writeString(out, text);
        }
        System.exit(runs.stream().allMatch(run -> run.failures() == 0 && run.calls() == run.refreshes()) ? 0 : 1);
    }

    private static Run run(String store, RigStores stores, int callers, Duration time) {
        try (RefreshRig rig = new RefreshRig(stores)) {
            Broker broker = rig.startForMeasuring(Map.of("latchkey.refresh.ahead", "false"));
            List<Cell> cells = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                cells.add(rig.connect("b" + i, "strict", LIFE));
            }
            rig.control()
                    .fault(FaultOrder.anywhere().endpoint("refresh").forever().latency(LATENCY));
            renewAll(rig, broker, cells, WARM_UP);
            long callsBefore = calls(cells);
            ResidualWindow before = window(rig);
            long from = System.nanoTime();
            Run raw = renewAll(rig, broker, cells, time);
            double seconds = (System.nanoTime() - from) / 1e9;
            return new Run(
                    store,
                    raw.refreshes() / seconds,
                    raw.refreshes(),
                    raw.failures(),
                    calls(cells) - callsBefore,
                    raw.nanos(),
                    window(rig).since(before));
        }
    }

    private static Run renewAll(RefreshRig rig, Broker broker, List<Cell> cells, Duration time) {
        List<Long> nanos = Collections.synchronizedList(new ArrayList<>());
        AtomicLong failures = new AtomicLong();
        long end = System.nanoTime() + time.toNanos();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            BrokerApi app = rig.app(broker);
            cells.forEach(cell -> threads.execute(() -> {
                while (System.nanoTime() < end) {
                    long from = System.nanoTime();
                    if (app.post("/connections/" + cell.connection() + "/token").status() == 200) {
                        nanos.add(System.nanoTime() - from);
                    } else {
                        failures.incrementAndGet();
                    }
                }
            }));
        }
        List<Long> sorted = nanos.stream().sorted().toList();
        return new Run("", 0, sorted.size(), failures.get(), 0, sorted, ResidualWindow.in(""));
    }

    private static long calls(List<Cell> cells) {
        return cells.stream().mapToLong(Cell::requests).sum();
    }

    private static ResidualWindow window(RefreshRig rig) {
        return ResidualWindow.in(rig.admin().get("/q/metrics").expect(200).raw().body());
    }

    private static String text(String machine, int callers, Duration time, List<Run> runs) {
        StringBuilder text = new StringBuilder(
                String.format("""
                # How fast renewals are

                `./latchkey bench refresh --callers %d --seconds %d`, which writes this file. One broker process; that many
                callers renew a connection each, as fast as they are answered, at partners of their own that rotate
                strictly and take %d ms. Broker, PostgreSQL, OpenBao, partners and callers share the machine:

                > %s

                | | local store | OpenBao |
                |---|---|---|
                """, callers, time.toSeconds(), LATENCY.toMillis(), machine.replace("\n", "\n> ")));
        row(text, "renewals a second", runs, run -> format("%.1f", run.perSecond()));
        row(text, "renewals, failures", runs, run -> run.refreshes() + ", " + run.failures());
        row(
                text,
                "calls at the partner for each renewal",
                runs,
                run -> format("%.4f", run.calls() / (double) Math.max(1, run.refreshes())));
        row(text, "a renewal, p50", runs, run -> format("%.0f ms", run.millis(0.50)));
        row(text, "p95", runs, run -> format("%.0f ms", run.millis(0.95)));
        row(text, "p99", runs, run -> format("%.0f ms", run.millis(0.99)));
        row(
                text,
                "residual window, mean",
                runs,
                run -> format("%.1f ms", run.window().meanMillis()));
        text.append("""

                The residual window is the time from a partner's answer, read to its last byte and understood, to the
                acknowledgement of the secret store: who dies in between takes the only copy of a rotated refresh token
                along. `docs/refresh-protocol.md` says what that means. It is the broker's own metric
                `latchkey_refresh_residual_window_seconds`.
                """);
        for (Run run : runs) {
            text.append("\n## The residual window, ")
                    .append(run.store())
                    .append("\n\n| window | renewals | so far |\n|---|---|---|\n");
            run.window().rows().forEach(line -> text.append(line).append('\n'));
        }
        return text.toString();
    }

    private static void row(StringBuilder text, String name, List<Run> runs, Function<Run, String> value) {
        text.append("| ").append(name);
        runs.forEach(run -> text.append(" | ").append(value.apply(run)));
        text.append(" |\n");
    }

    private static String format(String pattern, double value) {
        return String.format(Locale.ROOT, pattern, value);
    }
}
