package dev.latchkey.refresh;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What {@code ./latchkey faults} prints: a line a cell, and each rule that does not hold. Stateless. */
final class FaultTable {

    private FaultTable() {}

    /** The matrix of one store. */
    static String matrix(String store, List<Victim> victims) {
        StringBuilder text = new StringBuilder(String.format(
                "%nKill matrix, store %s%n%-11s %6s %5s %10s %8s %11s %13s %13s%n",
                store, "cell", "kills", "lost", "ambiguous", "repeats", "duplicates", "recovery p50", "recovery max"));
        Map<MatrixCell, List<Victim>> cells = victims.stream().collect(Collectors.groupingBy(Victim::place));
        MatrixCell.all().forEach(cell -> text.append(line(cell, cells.getOrDefault(cell, List.of()))));
        return text.append(summary(victims)).toString();
    }

    /** The rows of the dependency faults. */
    static String dependencies(List<FaultRow> rows) {
        StringBuilder text = new StringBuilder(String.format(
                "%nDependency faults, store kv2%n%-58s %5s %5s %13s%n", "fault", "lost", "calls", "recovery"));
        rows.forEach(row -> text.append(String.format(
                Locale.ROOT,
                "%-58s %5s %5d %11.1f s  %s%n",
                row.name(),
                row.lost() ? "yes" : "no",
                row.calls(),
                seconds(row.recovery()),
                verdict(row.breaches()))));
        rows.forEach(row -> row.breaches()
                .forEach(breach -> text.append("  BROKEN ")
                        .append(row.name())
                        .append(": ")
                        .append(breach)
                        .append('\n')));
        return text.toString();
    }

    /** Every rule that does not hold. */
    static List<String> breaches(List<Victim> victims) {
        return victims.stream().flatMap(victim -> victim.breaches().stream()).toList();
    }

    private static String line(MatrixCell cell, List<Victim> victims) {
        List<Duration> times =
                new ArrayList<>(victims.stream().map(Victim::recovery).sorted().toList());
        return String.format(
                Locale.ROOT,
                "%-11s %6d %5d %10d %8d %11d %11.1f s %11.1f s  %s%n",
                cell,
                victims.size(),
                victims.stream().filter(Victim::isLost).count(),
                victims.stream().filter(Victim::isAmbiguous).count(),
                victims.stream().mapToLong(Victim::repeats).sum(),
                victims.stream().mapToLong(Victim::duplicates).sum(),
                times.isEmpty() ? 0 : seconds(times.get(times.size() / 2)),
                times.isEmpty() ? 0 : seconds(times.getLast()),
                verdict(breaches(victims)));
    }

    private static String summary(List<Victim> victims) {
        List<String> breaches = breaches(victims);
        String all = breaches.stream()
                .sorted(Comparator.naturalOrder())
                .map(breach -> "  BROKEN " + breach + "\n")
                .collect(Collectors.joining());
        return String.format("%d kills, %d rules broken%n%s", victims.size(), breaches.size(), all);
    }

    private static String verdict(List<String> breaches) {
        return breaches.isEmpty() ? "ok" : "BROKEN";
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }
}
