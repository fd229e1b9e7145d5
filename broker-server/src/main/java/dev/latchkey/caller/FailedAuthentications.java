package dev.latchkey.caller;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jboss.logging.Logger;

/**
 * Counts failed authentications by source and minute, and records them. Whoever has had its share waits for the next
 * minute, also with the right secret: else guessing would go on unseen. Thread-safe.
 */
@Singleton
final class FailedAuthentications {

    private static final Logger LOG = Logger.getLogger(FailedAuthentications.class);
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MOST_SOURCES = 100_000;
    /** Audit rows a minute in all, so that many sources together cannot fill the table. */
    private static final int MOST_ROWS = 1_000;

    private static final String ALL = "all";

    private final Cache<String, Window> windows =
            Caffeine.newBuilder().maximumSize(MOST_SOURCES).build();
    private final Cache<String, Window> rows =
            Caffeine.newBuilder().maximumSize(1).build();
    private final LimitsConfig limits;
    private final AuditLog audit;
    private final Clock clock;

    FailedAuthentications(LimitsConfig limits, AuditLog audit, Clock clock) {
        this.limits = limits;
        this.audit = audit;
        this.clock = clock;
    }

    private record Window(Instant end, int count) {}

    /** Throws {@code rate_limited} if the source has failed too often in the current minute. */
    void check(Attempt attempt) {
        Window window = windows.getIfPresent(SourceNetwork.of(attempt.sourceIp()));
        Instant now = clock.instant();
        if (window != null && now.isBefore(window.end()) && window.count() >= limits.failedAuthentications()) {
            throw new BrokerException(ProblemType.RATE_LIMITED, "Too many authentications from here have failed.")
                    .retryAfter(Duration.between(now, window.end()));
        }
    }

    /** Counts a failure and writes its audit row. */
    void record(Attempt attempt, ProblemType problem, String method) {
        count(windows, SourceNetwork.of(attempt.sourceIp()));
        if (count(rows, ALL) > MOST_ROWS) {
            return;
        }
        Actor nobody = new Actor(Actor.Type.ANONYMOUS, "-", attempt.requestId(), attempt.sourceIp());
        try {
            audit.append(AuditEvent.of(nobody, AuditAction.AUTHENTICATION_FAILED)
                    .denied(problem.code())
                    .detail("method", method));
        } catch (BrokerException e) {
            // Nothing was released: the refusal stands, and the log has it.
            LOG.warnf("request %s: a failed authentication could not be audited", attempt.requestId());
        }
    }

    private int count(Cache<String, Window> cache, String key) {
        Instant now = clock.instant();
        return cache.asMap()
                .compute(
                        key,
                        (source, window) -> window == null || !now.isBefore(window.end())
                                ? new Window(now.plus(WINDOW), 1)
                                : new Window(window.end(), window.count() + 1))
                .count();
    }
}
