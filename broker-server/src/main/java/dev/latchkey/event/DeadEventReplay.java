package dev.latchkey.event;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.event.DeadEvents.Subject;
import dev.latchkey.problem.BrokerException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Optional;
import java.util.UUID;

/** What an admin does about a dead event, each with its audit row as one change. Thread-safe. */
@ApplicationScoped
class DeadEventReplay {

    private final DeadEvents events;
    private final AuditLog audit;

    DeadEventReplay(DeadEvents events, AuditLog audit) {
        this.events = events;
        this.audit = audit;
    }

    /** {@code not_found} if there is no such dead event. */
    @Transactional
    void replay(UUID id, Actor actor) {
        record(events.replay(id), id, AuditEvent.of(actor, AuditAction.EVENT_REPLAYED));
    }

    /** {@code not_found} if there is no such dead event. */
    @Transactional
    void discard(UUID id, Actor actor) {
        record(events.discard(id), id, AuditEvent.of(actor, AuditAction.EVENT_DISCARDED));
    }

    private void record(Optional<Subject> changed, UUID id, AuditEvent event) {
        Subject subject = changed.orElseThrow(BrokerException::notFound);
        AuditEvent about = event.app(subject.app())
                .partner(subject.partner())
                .detail("event", id.toString())
                .detail("type", subject.type());
        audit.append(subject.connection().map(about::connection).orElse(about));
    }
}
