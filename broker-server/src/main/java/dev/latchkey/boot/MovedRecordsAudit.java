package dev.latchkey.boot;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.vault.local.RecordsMoved;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.UUID;

/** Has the move out of the local store on record before the local records go. */
@ApplicationScoped
final class MovedRecordsAudit {

    private final AuditLog audit;

    MovedRecordsAudit(AuditLog audit) {
        this.audit = audit;
    }

    void note(@Observes RecordsMoved moved) {
        Actor self = Actor.system("store-move", UUID.randomUUID().toString());
        audit.append(AuditEvent.of(self, AuditAction.VAULT_RECORDS_MOVED).detail("records", moved.records()));
    }
}
