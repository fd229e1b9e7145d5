package dev.latchkey.vault.kv2;

import java.time.Duration;

/**
 * When an operation has to be over. Immutable.
 *
 * @param end by {@link System#nanoTime()}
 * @param share the longest time that one of its requests may take, so that another one is still possible
 */
record Deadline(long end, Duration share) {

    /** That much time from now, of which one request may take six tenths. */
    static Deadline in(Duration time) {
        return new Deadline(
                System.nanoTime() + time.toNanos(), time.multipliedBy(6).dividedBy(10));
    }

    /** What is left, never negative. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }

    /** How long the next request may take. */
    Duration forOne() {
        Duration left = left();
        return left.compareTo(share) < 0 ? left : share;
    }
}
