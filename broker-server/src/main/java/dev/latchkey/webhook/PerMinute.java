package dev.latchkey.webhook;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Counts by key and minute, in this process. Thread-safe. */
final class PerMinute {

    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MOST_KEYS = 100_000;

    private final Cache<String, Window> windows =
            Caffeine.newBuilder().maximumSize(MOST_KEYS).build();
    private final Clock clock;

    PerMinute(Clock clock) {
        this.clock = clock;
    }

    /**
     * A minute that has begun with the first count.
     *
     * @param end when the next one may begin
     * @param count how often it was counted in it
     */
    record Window(Instant end, int count) {}

    /** Counts once more. */
    Window count(String key) {
        Instant now = clock.instant();
        return windows.asMap()
                .compute(
                        key,
                        (same, window) -> window == null || !now.isBefore(window.end())
                                ? new Window(now.plus(WINDOW), 1)
                                : new Window(window.end(), window.count() + 1));
    }
}
