package dev.latchkey.identity;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.caller.issuer.DisabledPrincipals;
import dev.latchkey.caller.issuer.Principal;
import dev.latchkey.connection.Withdrawals;
import dev.latchkey.secret.Secret;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.jboss.logging.Logger;

/**
 * What an event does. It is noted in one transaction, from whose commit on the principal is refused; what the principal
 * had then ends in small ones, which the {@link IdentityEventJob} goes on with after a crash, and once more when every
 * replica knows of it. Thread-safe.
 */
@ApplicationScoped
class IdentityEvents {

    private static final Logger LOG = Logger.getLogger(IdentityEvents.class);
    private static final String REASON = "identity_disabled";
    private static final int BATCH = 50;
    private static final int OPEN_AT_ONCE = 100;

    private final IdentityEventRows rows;
    private final DisabledPrincipals disabled;
    private final Withdrawals withdrawals;
    private final AuditLog audit;

    IdentityEvents(IdentityEventRows rows, DisabledPrincipals disabled, Withdrawals withdrawals, AuditLog audit) {
        this.rows = rows;
        this.disabled = disabled;
        this.withdrawals = withdrawals;
        this.audit = audit;
    }

    /** Takes an event over: when this returns, it needs not be sent again. A repeated one does nothing. */
    void accept(SecurityEvent event, Actor actor) {
        byte[] mark = Secret.of(event.id()).sha256();
        boolean first = QuarkusTransaction.requiringNew().call(() -> note(event, mark, actor));
        if (!first || !event.isEnd()) {
            return;
        }
        try {
            finishOpen(actor);
        } catch (RuntimeException e) {
            LOG.warnf(e, "request %s: an event is gone on with by the job", actor.requestId());
        }
    }

    /** Ends what is left of those whose event was taken over; one that cannot be finished holds up no other. */
    void finishOpen(Actor actor) {
        List<RuntimeException> failures = new ArrayList<>();
        for (IdentityEventRows.Open open : rows.open(OPEN_AT_ONCE)) {
            try {
                finish(open.principal(), open.until(), actor);
                rows.done(open.mark());
            } catch (RuntimeException e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }

    private boolean note(SecurityEvent event, byte[] mark, Actor actor) {
        if (!rows.remember(mark, event.principal(), event.isEnd())) {
            return false;
        }
        boolean newest = disabled.note(event.principal(), event.state(), event.happenedAt());
        if (!newest) {
            // Something later is known, perhaps that it is enabled again: what came after that is spared.
            rows.bound(mark, event.happenedAt());
        } else if (!event.isEnd()) {
            rows.spareLater(event.principal(), event.happenedAt());
        }
        AuditEvent record = AuditEvent.of(actor, action(event)).detail("newest", newest);
        audit.append(
                switch (event.principal().kind()) {
                    case CLIENT -> record.app(event.principal().name());
                    case PERSON -> record.detail("subject", event.principal().name());
                });
        return true;
    }

    private void finish(Principal principal, Optional<Instant> until, Actor actor) {
        String name = principal.name();
        switch (principal.kind()) {
            case PERSON -> repeat(() -> withdrawals.endOwnedBy(name, until, BATCH, REASON, actor));
            case CLIENT -> {
                withdrawals.removeStandingApprovals(name, until, actor);
                repeat(() -> withdrawals.endAskedForBy(name, until, BATCH, REASON, actor));
                repeat(() -> withdrawals.removeGrants(name, until, BATCH, actor));
            }
        }
    }

    private static void repeat(IntSupplier part) {
        int done;
        do {
            done = part.getAsInt();
        } while (done == BATCH);
    }

    private static AuditAction action(SecurityEvent event) {
        return switch (event.state()) {
            case DISABLED -> AuditAction.PRINCIPAL_DISABLED;
            case ENABLED -> AuditAction.PRINCIPAL_ENABLED;
            case PURGED -> AuditAction.PRINCIPAL_PURGED;
        };
    }
}
