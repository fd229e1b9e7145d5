package dev.latchkey.connection;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.oauth.Scopes;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The changes of a connection that handshakes and renewals cause. Each locks the row, checks whether the change is still
 * allowed, and writes the audit row in the same transaction; a boolean result tells whether the change was made. A
 * connection that was revoked meanwhile stays revoked (R9). Thread-safe.
 */
@ApplicationScoped
public class ConnectionLifecycle {

    /** The reason of an active connection whose last renewal's outcome is not known. */
    public static final String REFRESH_AMBIGUOUS = "refresh_ambiguous";

    private final ConnectionStore store;
    private final AuditLog audit;
    private final ConnectionEvents events;
    private final Event<ConnectionEnded> ended;
    private final Event<ConnectionRenewed> renewed;

    ConnectionLifecycle(
            ConnectionStore store,
            AuditLog audit,
            ConnectionEvents events,
            Event<ConnectionEnded> ended,
            Event<ConnectionRenewed> renewed) {
        this.store = store;
        this.audit = audit;
        this.events = events;
        this.ended = ended;
        this.renewed = renewed;
    }

    /**
     * A credential's state as PostgreSQL keeps it beside the vault.
     *
     * @param kvVersion its version in the vault
     * @param expiresAt when what an app can be given of it ends; empty if it does not end by itself
     * @param refreshDueAt when it is to be renewed; empty for never
     * @param scopes what it covers
     */
    public record NewCredential(
            int kvVersion, Optional<Instant> expiresAt, Optional<Instant> refreshDueAt, Scopes scopes) {

        /** One that does not end by itself. */
        public static NewCredential lasting(int kvVersion, Scopes scopes) {
            return new NewCredential(kvVersion, Optional.empty(), Optional.empty(), scopes);
        }
    }

    /** A browser goes to the partner. */
    @Transactional
    public boolean startAuthorizing(UUID id, Actor actor) {
        Optional<ConnectionRow> found = mayConnect(id);
        found.ifPresent(row -> {
            if (row.status().isConnecting()) {
                row.moveTo(ConnectionStatus.AUTHORIZING, null);
            }
            audit.append(event(actor, AuditAction.HANDSHAKE_STARTED, row));
        });
        return found.isPresent();
    }

    /** The browser is back and the credential is staged. */
    @Transactional
    public boolean awaitConfirmation(UUID id, Scopes partnerScopes, Actor actor) {
        Optional<ConnectionRow> found = mayConnect(id);
        found.ifPresent(row -> {
            if (row.status().isConnecting()) {
                row.moveTo(ConnectionStatus.PENDING_CONFIRMATION, null);
            }
            audit.append(event(actor, AuditAction.HANDSHAKE_RETURNED, row).detail("scopes", partnerScopes.asText()));
        });
        return found.isPresent();
    }

    /** The handshake came to nothing; a first connect can begin again, without a browser after a growing pause. */
    @Transactional
    public void abandon(UUID id, String reason, AuditAction action, Actor actor) {
        store.lock(id).ifPresent(row -> {
            if (row.status().isConnecting()) {
                row.moveTo(ConnectionStatus.APPROVED, reason);
                store.postpone(row);
            }
            audit.append(event(actor, action, row).failed(reason));
        });
    }

    /** A credential is stored and the connection may be used. */
    @Transactional
    public boolean activate(UUID id, NewCredential credential, Actor actor) {
        Optional<ConnectionRow> found = mayConnect(id);
        found.ifPresent(row -> {
            adopt(row, credential);
            row.grantedKvVersion = credential.kvVersion();
            row.moveTo(ConnectionStatus.ACTIVE, null);
            store.resume(row);
            audit.append(event(actor, AuditAction.CONNECTION_ACTIVATED, row)
                    .detail("scopes", credential.scopes().asText())
                    .detail("kv_version", credential.kvVersion()));
            events.publish(
                    ConnectionEvents.Type.ACTIVE,
                    id,
                    row.partner,
                    Map.of("scopes", credential.scopes().asList()));
        });
        return found.isPresent();
    }

    /**
     * A renewed credential is stored. Runs inside the transaction that gives the lease back.
     *
     * @return false if the connection is not active any more, or has a newer credential by now (R10)
     */
    @Transactional
    public boolean renewed(UUID id, NewCredential credential, Actor actor) {
        Optional<ConnectionRow> found = store.lock(id)
                .filter(row -> row.status() == ConnectionStatus.ACTIVE && row.kvVersion <= credential.kvVersion());
        found.ifPresent(row -> {
            Scopes before = Scopes.of(Arrays.asList(row.partnerScopes));
            adopt(row, credential);
            row.moveTo(ConnectionStatus.ACTIVE, null);
            audit.append(event(actor, AuditAction.TOKEN_REFRESHED, row).detail("kv_version", credential.kvVersion()));
            if (!before.equals(credential.scopes())) {
                scopesChanged(row, before, credential.scopes(), actor);
            }
            renewed.fire(new ConnectionRenewed(store.toConnection(row)));
        });
        return found.isPresent();
    }

    /** Nothing of an ended connection is left in the vault; until this is noted, the sweep tries again. */
    @Transactional
    public void forgotten(UUID id) {
        store.lock(id).filter(row -> row.status().isFinal()).ifPresent(row -> row.kvVersion = 0);
    }

    /** Ended connections whose credential may still be in the vault. */
    @Transactional
    public List<Connection> notForgotten(int limit) {
        return store.find("kvVersion > 0 and status in ('expired', 'revoked')").page(0, limit).list().stream()
                .map(store::toConnection)
                .toList();
    }

    /** Approved connections that no browser will come for, left by an attempt that failed; oldest first. */
    @Transactional
    public List<UUID> approvedAt(String partner, int limit) {
        return store.approvedAt(partner, limit);
    }

    /** Approved connections whose credential was brought along, left by an attempt that failed; oldest first. */
    @Transactional
    public List<UUID> approvedImports(int limit) {
        return store.approvedImports(limit);
    }

    /** Connections that have adopted what was brought along, or never will, while it may still lie in the vault. */
    @Transactional
    public List<UUID> importsToDrop(int limit) {
        return store.find("imported = true and status not in ('requested', 'approved')").page(0, limit).list().stream()
                .map(row -> row.id)
                .toList();
    }

    /** Nothing that was brought along for the connection is left in the vault. */
    @Transactional
    public void importDropped(UUID id) {
        store.lock(id).ifPresent(row -> row.imported = false);
    }

    /**
     * The partner's answer to a renewal was lost, and sending the same again could end what still works. The connection
     * stays in use; its reason says so until a renewal has been stored.
     *
     * @param kvVersion the version that the renewal began with; nothing happens if a newer grant began since (R10)
     */
    @Transactional
    public void refreshAmbiguous(UUID id, int kvVersion, Actor actor) {
        store.lock(id)
                .filter(row -> row.status() == ConnectionStatus.ACTIVE && !REFRESH_AMBIGUOUS.equals(row.reason))
                .filter(row -> row.grantedKvVersion == null || row.grantedKvVersion <= kvVersion)
                .ifPresent(row -> {
                    row.moveTo(ConnectionStatus.ACTIVE, REFRESH_AMBIGUOUS);
                    audit.append(event(actor, AuditAction.REFRESH_FAILED, row).failed(REFRESH_AMBIGUOUS));
                });
    }

    /**
     * The partner definitively refuses the credential: the user has to connect again. Told once.
     *
     * @param kvVersion the version that was refused
     * @return false, and nothing happens, if the connection is not active any more or has a newer version by now (R11)
     */
    @Transactional
    public boolean needsReauth(UUID id, int kvVersion, String reason, Actor actor) {
        Optional<ConnectionRow> found =
                store.lock(id).filter(row -> row.status() == ConnectionStatus.ACTIVE && row.kvVersion <= kvVersion);
        found.ifPresent(row -> {
            row.refreshDueAt = null;
            row.moveTo(ConnectionStatus.NEEDS_REAUTH, reason);
            audit.append(event(actor, AuditAction.CONNECTION_NEEDS_REAUTH, row).failed(reason));
            events.publish(ConnectionEvents.Type.NEEDS_REAUTH, id, row.partner, Map.of("reason", reason));
        });
        return found.isPresent();
    }

    /** Ends those whose approval has run out, at most {@code limit} of them, and returns them. */
    @Transactional
    public List<Connection> expireDue(int limit, Actor actor) {
        List<ConnectionRow> due = store.find("expiresAt < instant"
                        + " and status not in ('expired', 'rejected', 'revoked') order by expiresAt")
                .page(0, limit)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .list();
        for (ConnectionRow row : due) {
            row.refreshDueAt = null;
            row.moveTo(ConnectionStatus.EXPIRED, "approval_expired");
            audit.append(event(actor, AuditAction.CONNECTION_EXPIRED, row));
            events.publish(ConnectionEvents.Type.EXPIRED, row.id, row.partner, Map.of());
            ended.fire(new ConnectionEnded(row.id));
        }
        return due.stream().map(store::toConnection).toList();
    }

    private void scopesChanged(ConnectionRow row, Scopes before, Scopes after, Actor actor) {
        Map<String, Object> change = Map.of(
                "lost", before.minus(after).asList(),
                "gained", after.minus(before).asList());
        audit.append(event(actor, AuditAction.SCOPES_CHANGED, row)
                .detail("lost", before.minus(after).asText())
                .detail("gained", after.minus(before).asText()));
        events.publish(ConnectionEvents.Type.SCOPES_CHANGED, row.id, row.partner, change);
    }

    private Optional<ConnectionRow> mayConnect(UUID id) {
        return store.lock(id).filter(row -> row.status().mayConnect());
    }

    private static void adopt(ConnectionRow row, NewCredential credential) {
        row.kvVersion = credential.kvVersion();
        row.tokenExpiresAt = credential.expiresAt().orElse(null);
        row.refreshDueAt = credential.refreshDueAt().orElse(null);
        row.partnerScopes = credential.scopes().asList().toArray(String[]::new);
    }

    private static AuditEvent event(Actor actor, AuditAction action, ConnectionRow row) {
        return AuditEvent.of(actor, action).connection(row.id).partner(row.partner);
    }
}
