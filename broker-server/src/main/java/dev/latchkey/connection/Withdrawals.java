package dev.latchkey.connection;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes connections, grants and standing approvals from an owner or an app that is no longer trusted. Each call does a
 * bounded part of the work in a transaction of its own and can be repeated until nothing is left. The sweep that clears up
 * after every ended connection revokes the tokens at the partners. Thread-safe.
 */
@ApplicationScoped
public class Withdrawals {

    private static final String LIVING = " and status not in ('expired', 'rejected', 'revoked')";

    private final ConnectionStore store;
    private final AuditLog audit;
    private final ConnectionEvents events;
    private final Event<ConnectionEnded> ended;

    Withdrawals(ConnectionStore store, AuditLog audit, ConnectionEvents events, Event<ConnectionEnded> ended) {
        this.store = store;
        this.audit = audit;
        this.events = events;
        this.ended = ended;
    }

    /**
     * Revokes connections of an owner.
     *
     * @param until only those made up to then; all if empty
     * @param limit how many at most
     * @param reason the code that says why
     * @return how many there were
     */
    @Transactional
    public int endOwnedBy(String owner, Optional<Instant> until, int limit, String reason, Actor actor) {
        return end("owner = :name", owner, until, limit, reason, actor);
    }

    /** Revokes connections that an app has asked for; as {@link #endOwnedBy}. */
    @Transactional
    public int endAskedForBy(String app, Optional<Instant> until, int limit, String reason, Actor actor) {
        return end("requestedByApp = true and requestedBy = :name", app, until, limit, reason, actor);
    }

    /** Takes grants of an app back; as {@link #endOwnedBy}. */
    @Transactional
    public int removeGrants(String app, Optional<Instant> until, int limit, Actor actor) {
        List<GrantRow> grants = store.grantsOfApp(app, until, limit);
        for (GrantRow grant : grants) {
            store.lock(grant.connection).ifPresent(row -> {
                store.remove(grant);
                row.version++;
                audit.append(AuditEvent.of(actor, AuditAction.GRANT_REMOVED)
                        .connection(row.id)
                        .partner(row.partner)
                        .app(app));
            });
        }
        return grants.size();
    }

    /** Ends the rules by which an app needs no approval; those made up to the given time, all if it is empty. */
    @Transactional
    public void removeStandingApprovals(String app, Optional<Instant> until, Actor actor) {
        for (StandingApprovalRow rule : store.standingApprovalsOf(app, until)) {
            store.remove(rule);
            audit.append(AuditEvent.of(actor, AuditAction.STANDING_APPROVAL_REMOVED)
                    .partner(rule.partner)
                    .app(app)
                    .detail("rule", rule.rule()));
        }
    }

    private int end(String whose, String name, Optional<Instant> until, int limit, String reason, Actor actor) {
        List<ConnectionRow> rows = store.lockAll(whose + LIVING, name, until, limit);
        for (ConnectionRow row : rows) {
            row.refreshDueAt = null;
            row.moveTo(ConnectionStatus.REVOKED, reason);
            audit.append(AuditEvent.of(actor, AuditAction.CONNECTION_REVOKED)
                    .connection(row.id)
                    .partner(row.partner)
                    .detail("reason", reason));
            events.publish(ConnectionEvents.Type.REVOKED, row.id, row.partner, Map.of("reason", reason));
            ended.fire(new ConnectionEnded(row.id));
        }
        return rows.size();
    }
}
