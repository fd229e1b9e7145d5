package dev.latchkey.caller.limit;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import jakarta.inject.Singleton;
import java.time.Clock;
import org.jboss.logging.Logger;

/**
 * Counts failed authentications by source and minute, and records them. Whoever has had its share waits for the next
 * minute, also with the right secret: else guessing would go on unseen. Thread-safe.
 */
@Singleton
public final class FailedAuthentications {

    private static final Logger LOG = Logger.getLogger(FailedAuthentications.class);
    /** Audit rows a minute in all, so that many sources together cannot fill the table. */
    private static final int MOST_ROWS = 1_000;

    private static final String ANY = "";
    private static final String EVERYWHERE = "all";

    private final FailureLimit failures;
    private final FailureLimit rows;
    private final AuditLog audit;

    /** Counts by these limits, and records in this log. */
    public FailedAuthentications(LimitsConfig limits, AuditLog audit, Clock clock) {
        this.failures = new FailureLimit(limits.failedAuthentications(), clock);
        this.rows = new FailureLimit(MOST_ROWS, clock);
        this.audit = audit;
    }

    /** Throws {@code rate_limited} if the source has failed too often in the current minute. */
    public void check(Attempt attempt) {
        failures.check(ANY, attempt.sourceIp());
    }

    /** Counts a failure and writes its audit row. */
    public void record(Attempt attempt, ProblemType problem, String method) {
        failures.count(ANY, attempt.sourceIp());
        if (rows.count(ANY, EVERYWHERE) > MOST_ROWS) {
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
}
