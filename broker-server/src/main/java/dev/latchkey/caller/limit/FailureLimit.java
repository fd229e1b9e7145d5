package dev.latchkey.caller.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Counts failures by subject, source and minute, so that nobody can guess on. Whoever has had its share waits for the next
 * minute, also with the right secret: else guessing would go on unseen. Thread-safe.
 */
public final class FailureLimit {

    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MOST = 100_000;

    private final Cache<String, Window> windows =
            Caffeine.newBuilder().maximumSize(MOST).build();
    private final int most;
    private final Clock clock;

    /** A limit of so many failures a minute for each subject and source. */
    public FailureLimit(int most, Clock clock) {
        this.most = most;
        this.clock = clock;
    }

    private record Window(Instant end, int count) {}

    /** Throws {@code rate_limited} if the source has failed at the subject too often in the current minute. */
    public void check(String subject, String sourceIp) {
        Window window = windows.getIfPresent(key(subject, sourceIp));
        Instant now = clock.instant();
        if (window != null && now.isBefore(window.end()) && window.count() >= most) {
            throw new BrokerException(ProblemType.RATE_LIMITED, "Too many authentications from here have failed.")
                    .retryAfter(Duration.between(now, window.end()));
        }
    }

    /** Counts a failure, and answers how many there are now. */
    public int count(String subject, String sourceIp) {
        Instant now = clock.instant();
        return windows.asMap()
                .compute(
                        key(subject, sourceIp),
                        (key, window) -> window == null || !now.isBefore(window.end())
                                ? new Window(now.plus(WINDOW), 1)
                                : new Window(window.end(), window.count() + 1))
                .count();
    }

    private static String key(String subject, String sourceIp) {
        return SourceNetwork.of(sourceIp) + " " + subject;
    }
}
