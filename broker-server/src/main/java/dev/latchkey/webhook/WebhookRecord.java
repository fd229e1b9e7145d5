package dev.latchkey.webhook;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.partner.Partner;
import dev.latchkey.problem.BrokerException;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import org.jboss.logging.Logger;

/**
 * Counts and audits what comes in. Rows about what was not accepted are bounded, by registration and in all, so that a
 * stranger cannot fill the table; the counters miss nothing. Thread-safe.
 */
@ApplicationScoped
class WebhookRecord {

    private static final Logger LOG = Logger.getLogger(WebhookRecord.class);
    private static final String NOBODYS = "-";

    private final AuditLog audit;
    private final WebhooksConfig config;
    private final MeterRegistry meters;
    private final PerMinute rows;

    WebhookRecord(AuditLog audit, WebhooksConfig config, MeterRegistry meters, Clock clock) {
        this.audit = audit;
        this.config = config;
        this.meters = meters;
        this.rows = new PerMinute(clock);
    }

    /** A message was accepted for so many apps; part of the caller's transaction. */
    void accepted(Partner partner, boolean unsigned, int apps, Actor actor) {
        audit.append(AuditEvent.of(actor, AuditAction.WEBHOOK_ACCEPTED)
                .partner(partner.id())
                .detail("unsigned", unsigned)
                .detail("apps", apps));
    }

    /** Counts what became of a message. */
    void count(String outcome) {
        meters.counter("latchkey.webhooks.received", "outcome", outcome).increment();
    }

    /** A challenge was answered. */
    void challenged(Partner partner, Actor actor) {
        count("challenged");
        bounded(
                partner.id(),
                AuditEvent.of(actor, AuditAction.WEBHOOK_CHALLENGED).partner(partner.id()));
    }

    /** A message came a second time. */
    void repeated(Partner partner, Actor actor) {
        count("repeated");
        bounded(partner.id(), AuditEvent.of(actor, AuditAction.WEBHOOK_REPEATED).partner(partner.id()));
    }

    /** A message was refused. */
    void refused(Partner partner, String code, Actor actor) {
        count("refused");
        bounded(
                partner.id(),
                AuditEvent.of(actor, AuditAction.WEBHOOK_REFUSED)
                        .partner(partner.id())
                        .denied(code));
    }

    /** Somebody called a path that does not exist; what the path was is not recorded, it is theirs. */
    void strayed(String code, Actor actor) {
        count("strayed");
        bounded(NOBODYS, AuditEvent.of(actor, AuditAction.WEBHOOK_REFUSED).denied(code));
    }

    private void bounded(String key, AuditEvent event) {
        if (rows.count(key).count() > config.auditedRefusals()) {
            return;
        }
        try {
            audit.append(event);
        } catch (BrokerException e) {
            // nothing was released: the answer stands, and the log has it
            LOG.warnf(
                    "request %s: a webhook could not be audited", event.actor().requestId());
        }
    }
}
