package dev.latchkey.refresh;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.connection.Connection;
import dev.latchkey.connection.Connections;
import dev.latchkey.handshake.Revocations;
import dev.latchkey.problem.BrokerException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Empties the journal: into the vault, or, where nobody may have the credential any more, at the partner. Thread-safe. */
@ApplicationScoped
class JournalDrain {

    private static final Logger LOG = Logger.getLogger(JournalDrain.class);

    private final RefreshJournal journal;
    private final Safekeeping safekeeping;
    private final LeaseRows leases;
    private final Connections connections;
    private final Revocations revocations;
    private final AuditLog audit;

    JournalDrain(
            RefreshJournal journal,
            Safekeeping safekeeping,
            LeaseRows leases,
            Connections connections,
            Revocations revocations,
            AuditLog audit) {
        this.journal = journal;
        this.safekeeping = safekeeping;
        this.leases = leases;
        this.connections = connections;
        this.revocations = revocations;
        this.audit = audit;
    }

    /** Moves what waits in the journal into the vault, unless that has something newer. */
    void intoVault(RefreshProtocol.Step step) {
        for (RefreshJournal.Entry entry : step.turn().waiting()) {
            if (safekeeping.write(entry.connection(), entry.credential(), entry.kvVersion())
                    instanceof Safekeeping.Outcome.Superseded) {
                overtaken(step, entry);
            }
            journal.remove(entry);
        }
    }

    /** As in {@link Aftermath#superseded}: what a reconnect has overtaken is ended (R10), what a later renewal has is left (R6). */
    private void overtaken(RefreshProtocol.Step step, RefreshJournal.Entry entry) {
        audit.append(Aftermath.event(step, AuditAction.LEASE_LOST).failed("superseded"));
        if (leases.isOfOlderGrant(entry.connection(), entry.kvVersion())) {
            revocations.revokeUnstored(step.connection(), entry.credential(), step.actor());
        }
    }

    /** Ends at the partner what the journal holds of connections that have ended. What fails for one hinders no other. */
    void dropOrphans(Actor actor) {
        for (UUID id : journal.orphaned()) {
            try {
                dropOrphans(id, actor);
            } catch (RuntimeException e) {
                LOG.warnf(e, "what the journal holds of connection %s, which has ended, could not be revoked", id);
            }
        }
    }

    private void dropOrphans(UUID id, Actor actor) {
        Connection ended = connections.find(id).orElseThrow(BrokerException::notFound);
        for (RefreshJournal.Entry entry : journal.of(id)) {
            revocations.revokeUnstored(ended, entry.credential(), actor);
            journal.remove(entry);
        }
    }
}
