package dev.latchkey.connection;

import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.caller.Caller.PersonCaller;
import dev.latchkey.caller.app.Apps;
import dev.latchkey.catalog.entry.ScopePolicy;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.Partners;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What an approver decides: yes, no, an end, which apps, and rules for the future. Thread-safe. */
@ApplicationScoped
class Approvals {

    /** The public detail for a caller that is not a person. */
    static final String PERSONS_ONLY = "Only a person decides about connections.";

    private final ConnectionStore store;
    private final Partners partners;
    private final Apps apps;
    private final AuditLog audit;
    private final ConnectionEvents events;
    private final Event<ConnectionEnded> ended;
    private final Clock clock;

    Approvals(
            ConnectionStore store,
            Partners partners,
            Apps apps,
            AuditLog audit,
            ConnectionEvents events,
            Event<ConnectionEnded> ended,
            Clock clock) {
        this.store = store;
        this.partners = partners;
        this.apps = apps;
        this.audit = audit;
        this.events = events;
        this.ended = ended;
        this.clock = clock;
    }

    /**
     * What an approver allows.
     *
     * @param scopes at most what was requested; empty for all of it
     * @param methods at most what was requested, or a first restriction; empty for all of it
     * @param expiresAt when the approval ends
     * @param comment for the record
     */
    record Terms(
            Optional<List<String>> scopes,
            Optional<List<String>> methods,
            Optional<Instant> expiresAt,
            Optional<String> comment) {}

    @Transactional
    Connection approve(UUID id, Terms terms, PersonCaller approver) {
        ConnectionRow row = requested(id, approver);
        row.scopes = narrowedScopes(row, terms);
        row.methods = narrowedMethods(row, terms);
        row.expiresAt = inFuture(terms.expiresAt());
        decide(row, ConnectionStatus.APPROVED, terms.comment().orElse(null), approver);
        if (row.requestedByApp) {
            store.grant(id, row.requestedBy).ifPresent(grant -> grant.methods = row.methods);
        }
        audit.append(event(AuditAction.CONNECTION_APPROVED, row, approver)
                .detail("scopes", String.join(" ", row.scopes))
                .detail("methods", String.join(" ", row.methods)));
        return saved(row);
    }

    @Transactional
    Connection reject(UUID id, Optional<String> comment, PersonCaller approver) {
        ConnectionRow row = requested(id, approver);
        decide(row, ConnectionStatus.REJECTED, comment.orElse(null), approver);
        audit.append(event(AuditAction.CONNECTION_REJECTED, row, approver));
        return saved(row);
    }

    /** Ends a connection for good, whatever it was doing; {@code conflict} if it has ended before. */
    @Transactional
    Connection revoke(UUID id, PersonCaller approver) {
        ConnectionRow row = store.require(id);
        if (row.status().isFinal()) {
            throw new BrokerException(ProblemType.CONFLICT, "The connection has ended already.");
        }
        row.refreshDueAt = null;
        row.moveTo(ConnectionStatus.REVOKED, "revoked");
        audit.append(event(AuditAction.CONNECTION_REVOKED, row, approver));
        events.publish(ConnectionEvents.Type.REVOKED, id, row.partner, Map.of());
        ended.fire(new ConnectionEnded(id));
        return saved(row);
    }

    @Transactional
    Connection setGrant(UUID id, String app, Optional<List<String>> scopes, List<String> methods, PersonCaller by) {
        ConnectionRow row = store.require(id);
        requireApp(app);
        if (row.status().isFinal()) {
            throw new BrokerException(ProblemType.CONFLICT, "The connection has ended already.");
        }
        Scopes approved = Scopes.of(Arrays.asList(row.scopes));
        scopes.ifPresent(wanted -> requireWithin(wanted, approved));
        requireMethodsWithin(methods, row.methods);
        Optional<GrantRow> known = store.grant(id, app);
        GrantRow grant = known.orElseGet(GrantRow::new);
        grant.connection = id;
        grant.app = app;
        grant.scopes = scopes.map(values -> values.toArray(String[]::new)).orElse(null);
        grant.methods = methods.toArray(String[]::new);
        grant.createdAt = clock.instant();
        grant.createdBy = by.name();
        if (known.isEmpty()) {
            store.add(grant);
        }
        row.version++;
        audit.append(event(AuditAction.GRANT_SET, row, by)
                .app(app)
                .detail("scopes", scopes.map(values -> String.join(" ", values)).orElse("*"))
                .detail("methods", String.join(" ", methods)));
        return saved(row);
    }

    @Transactional
    void removeGrant(UUID id, String app, PersonCaller by) {
        ConnectionRow row = store.require(id);
        GrantRow grant = store.grant(id, app).orElseThrow(BrokerException::notFound);
        store.remove(grant);
        row.version++;
        audit.append(event(AuditAction.GRANT_REMOVED, row, by).app(app));
    }

    @Transactional
    void setStandingApproval(String partner, String app, Terms terms, PersonCaller by) {
        Partner known = partners.find(partner).orElseThrow(BrokerException::notFound);
        requireApp(app);
        List<String> scopes = terms.scopes().orElse(List.of());
        requireKnown(scopes, known.profile().scopes());
        Optional<StandingApprovalRow> existing = store.standingApproval(partner, app);
        StandingApprovalRow row = existing.orElseGet(StandingApprovalRow::new);
        row.partner = partner;
        row.app = app;
        row.scopes = known.profile()
                .scopes()
                .always()
                .plus(Scopes.of(scopes))
                .asList()
                .toArray(String[]::new);
        row.methods = terms.methods().orElse(List.of()).toArray(String[]::new);
        row.expiresAt = inFuture(terms.expiresAt());
        row.comment = terms.comment().orElse(null);
        row.createdAt = clock.instant();
        row.createdBy = by.name();
        if (existing.isEmpty()) {
            store.add(row);
        }
        audit.append(AuditEvent.of(by.actor(), AuditAction.STANDING_APPROVAL_SET)
                .partner(partner)
                .app(app)
                .detail("rule", row.rule())
                .detail("scopes", String.join(" ", row.scopes)));
    }

    @Transactional
    void removeStandingApproval(String partner, String app, PersonCaller by) {
        StandingApprovalRow row = store.standingApproval(partner, app).orElseThrow(BrokerException::notFound);
        store.remove(row);
        audit.append(AuditEvent.of(by.actor(), AuditAction.STANDING_APPROVAL_REMOVED)
                .partner(partner)
                .app(app)
                .detail("rule", row.rule()));
    }

    /** The person who asked for the connection may not decide about it. */
    private ConnectionRow requested(UUID id, PersonCaller approver) {
        ConnectionRow row = store.require(id);
        if (!row.requestedByApp && row.requestedBy.equals(approver.name())) {
            throw new BrokerException(ProblemType.SELF_APPROVAL, "Another person has to decide about your request.");
        }
        if (row.status() != ConnectionStatus.REQUESTED) {
            throw new BrokerException(ProblemType.CONFLICT, "The request has been decided already.")
                    .with("connection_status", row.status);
        }
        return row;
    }

    private void decide(ConnectionRow row, ConnectionStatus outcome, @Nullable String comment, PersonCaller approver) {
        row.approvedBy = approver.name();
        row.approvedAt = clock.instant();
        row.comment = comment;
        row.moveTo(outcome, null);
    }

    private String[] narrowedScopes(ConnectionRow row, Terms terms) {
        Scopes requested = Scopes.of(Arrays.asList(row.requestedScopes));
        if (terms.scopes().isEmpty()) {
            return row.requestedScopes;
        }
        requireWithin(terms.scopes().get(), requested);
        ScopePolicy policy = partners.find(row.partner)
                .orElseThrow(BrokerException::notFound)
                .profile()
                .scopes();
        Scopes narrowed = policy.always().plus(Scopes.of(terms.scopes().get()));
        if (policy.required() && narrowed.isEmpty()) {
            throw new BrokerException(ProblemType.INVALID_SCOPE, "The partner needs at least one scope.")
                    .with("pointer", "/scopes");
        }
        return narrowed.asList().toArray(String[]::new);
    }

    private static String[] narrowedMethods(ConnectionRow row, Terms terms) {
        List<String> methods = terms.methods().orElse(List.of(row.requestedMethods));
        requireMethodsWithin(methods, row.requestedMethods);
        return methods.toArray(String[]::new);
    }

    private static void requireWithin(List<String> wanted, Scopes allowed) {
        if (!allowed.values().containsAll(wanted)) {
            throw new BrokerException(ProblemType.INVALID_SCOPE, "A scope goes beyond what was requested.")
                    .with("pointer", "/scopes");
        }
    }

    private static void requireKnown(List<String> wanted, ScopePolicy policy) {
        boolean formed = wanted.stream().allMatch(Scopes::isToken);
        if (!formed
                || (!policy.available().isEmpty()
                        && !policy.available().values().containsAll(wanted))) {
            throw new BrokerException(ProblemType.INVALID_SCOPE, "The partner has no such scope.")
                    .with("pointer", "/scopes");
        }
    }

    /** A connection without methods is unrestricted, so any restriction is within it. */
    private static void requireMethodsWithin(List<String> wanted, String[] allowed) {
        boolean lifted = allowed.length > 0 && wanted.isEmpty();
        boolean beyond = allowed.length > 0 && !Arrays.asList(allowed).containsAll(wanted);
        if (lifted || beyond) {
            throw new BrokerException(ProblemType.INVALID_SCOPE, "A method goes beyond what was requested.")
                    .with("pointer", "/methods");
        }
    }

    private @Nullable Instant inFuture(Optional<Instant> end) {
        if (end.isPresent() && !end.get().isAfter(clock.instant())) {
            throw BrokerException.invalid("/expires_at", "The end lies in the past.");
        }
        return end.orElse(null);
    }

    private void requireApp(String app) {
        if (apps.find(app).isEmpty()) {
            throw BrokerException.notFound();
        }
    }

    private Connection saved(ConnectionRow row) {
        store.sync(row);
        return store.toConnection(row);
    }

    private static AuditEvent event(AuditAction action, ConnectionRow row, PersonCaller by) {
        return AuditEvent.of(by.actor(), action).connection(row.id).partner(row.partner);
    }
}
