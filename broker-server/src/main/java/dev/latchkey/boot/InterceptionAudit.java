package dev.latchkey.boot;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.vault.kv2.SecretIdIntercepted;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Has an intercepted SecretID on record, if the audit log can be written; the start ends either way. */
@ApplicationScoped
final class InterceptionAudit {

    private static final Logger LOG = Logger.getLogger(InterceptionAudit.class);

    private final AuditLog audit;

    InterceptionAudit(AuditLog audit) {
        this.audit = audit;
    }

    void note(@Observes SecretIdIntercepted interception) {
        Actor self = Actor.system("vault-login", UUID.randomUUID().toString());
        try {
            audit.append(AuditEvent.of(self, AuditAction.SECRET_ID_INTERCEPTED).detail("role", interception.role()));
        } catch (BrokerException e) {
            LOG.warn("an intercepted SecretID could not be audited");
        }
    }
}
