package dev.latchkey.testkit;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/** When calls arrived, as the one who is called saw it. Thread-safe. */
public final class Arrivals {

    private static final long SECOND = 1_000_000_000L;

    private final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();

    /** A call arrives now. */
    public void add() {
        nanos.add(System.nanoTime());
    }

    /** Begins anew. */
    public void clear() {
        nanos.clear();
    }

    public int count() {
        return nanos.size();
    }

    /** Whether nothing has arrived for a second. */
    public boolean isQuiet() {
        return nanos.stream().allMatch(it -> System.nanoTime() - it > SECOND);
    }

    /** Calls a second between the first one and the last one; there must be two. */
    public double mean() {
        return mean(Duration.ZERO);
    }

    /** The same, if the first one came so much too late. */
    public double mean(Duration late) {
        List<Long> sorted = sorted();
        return (sorted.size() - 1) * (double) SECOND / (sorted.getLast() - sorted.getFirst() + late.toNanos());
    }

    /** The most calls within any one second, wherever it begins. */
    public int fullestSecond() {
        return most(Duration.ofSeconds(1));
    }

    /** The most calls within any stretch of that length, wherever it begins. */
    public int most(Duration stretch) {
        List<Long> sorted = sorted();
        return IntStream.range(0, sorted.size())
                .map(first -> (int) sorted.stream()
                        .skip(first)
                        .takeWhile(it -> it < sorted.get(first) + stretch.toNanos())
                        .count())
                .max()
                .orElse(0);
    }

    /** The longest time without a call between two calls, in seconds. */
    public double longestGap() {
        List<Long> sorted = sorted();
        return IntStream.range(1, sorted.size())
                        .mapToLong(i -> sorted.get(i) - sorted.get(i - 1))
                        .max()
                        .orElse(0)
                / (double) SECOND;
    }

    /** For the log of a test. */
    @Override
    public String toString() {
        return count() < 2
                ? count() + " calls"
                : String.format(
                        Locale.ROOT,
                        "%d calls, %.1f a second, %d in the fullest second, %.1f s the longest gap",
                        count(),
                        mean(),
                        fullestSecond(),
                        longestGap());
    }

    private List<Long> sorted() {
        return nanos.stream().sorted().toList();
    }
}
