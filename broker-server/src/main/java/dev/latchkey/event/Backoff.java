package dev.latchkey.event;

import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Duration;

/**
 * How long to wait after a failed attempt: twice as long each time, from 1 s to 1 h, and somewhere in the upper half of
 * that, so that what failed together is not tried again together. Thread-safe.
 */
@ApplicationScoped
class Backoff {

    private static final int MOST_DOUBLINGS = 12; // 4096 s, more than the longest
    private static final Duration LONGEST = Duration.ofHours(1);

    private final SecureRandom random;

    Backoff(SecureRandom random) {
        this.random = random;
    }

    /** The pause after the attempt with this number, from 1. */
    Duration after(int attempt) {
        long full = Math.min(
                LONGEST.toMillis(),
                Duration.ofSeconds(1L << Math.min(attempt, MOST_DOUBLINGS)).toMillis());
        return Duration.ofMillis(full / 2 + random.nextLong(full / 2 + 1));
    }
}
