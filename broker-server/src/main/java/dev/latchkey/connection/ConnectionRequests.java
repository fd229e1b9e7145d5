package dev.latchkey.connection;

import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.caller.Caller;
import dev.latchkey.caller.app.Apps;
import dev.latchkey.caller.issuer.DisabledPrincipals;
import dev.latchkey.caller.issuer.Principal;
import dev.latchkey.catalog.entry.ScopePolicy;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.Partners;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.exception.ConstraintViolationException;

/** Asking for a connection, and the standing approvals that answer at once. Thread-safe. */
@ApplicationScoped
class ConnectionRequests {

    /** The foreign key of a connection to its registration. */
    private static final String REGISTRATION = "connection_partner_fkey";

    private final ConnectionStore store;
    private final Connections connections;
    private final Partners partners;
    private final PartnerSide partnerSide;
    private final Apps apps;
    private final DisabledPrincipals disabled;
    private final AuditLog audit;
    private final Clock clock;

    ConnectionRequests(
            ConnectionStore store,
            Connections connections,
            Partners partners,
            PartnerSide partnerSide,
            Apps apps,
            DisabledPrincipals disabled,
            AuditLog audit,
            Clock clock) {
        this.store = store;
        this.connections = connections;
        this.partners = partners;
        this.partnerSide = partnerSide;
        this.apps = apps;
        this.disabled = disabled;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * What is asked for.
     *
     * @param partner the registration's id
     * @param owner the asker's own opaque id of a user or account
     * @param scopes the scopes wanted
     * @param methods the methods wanted; empty for no restriction
     * @param returnUrl where the browser shall end
     * @param purpose why
     * @param brought the fields of a credential that was obtained elsewhere; empty if there is none
     */
    record Wish(
            String partner,
            String owner,
            List<String> scopes,
            List<String> methods,
            Optional<String> returnUrl,
            Optional<String> purpose,
            Map<String, Secret> brought) {}

    /**
     * Records a request that brings an existing credential along; only an admin may make one. It waits for an approval like
     * any other request. If it is refused, neither request nor credential is kept.
     */
    Connection bring(Wish wish, Caller caller) {
        if (!(caller instanceof Caller.PersonCaller)) {
            throw new BrokerException(ProblemType.FORBIDDEN, "Only an admin brings credentials along.");
        }
        UUID id = UUID.randomUUID();
        Partner partner = partner(wish);
        partnerSide.bring(id, partner, scopesOf(wish.scopes(), partner.profile().scopes()), wish.brought());
        try {
            return committed(id, wish, caller);
        } catch (RuntimeException e) {
            partnerSide.dropBrought(id);
            throw e;
        }
    }

    /** Records the request; a standing approval that covers it approves it in the same transaction. */
    Connection request(Wish wish, Caller caller) {
        return committed(UUID.randomUUID(), wish, caller);
    }

    /** If the database's answer to the commit is lost, a search for the id tells whether the request was stored (R47). */
    private Connection committed(UUID id, Wish wish, Caller caller) {
        try {
            return QuarkusTransaction.requiringNew().call(() -> record(id, wish, caller));
        } catch (BrokerException e) {
            throw e;
        } catch (ConstraintViolationException e) {
            // The registration was removed between the look at it and the commit.
            throw REGISTRATION.equals(e.getConstraintName()) ? noSuchPartner() : e;
        } catch (RuntimeException lost) {
            return found(id).orElseThrow(() -> lost);
        }
    }

    private Optional<Connection> found(UUID id) {
        try {
            return connections.find(id);
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    private Partner partner(Wish wish) {
        return partners.find(wish.partner()).orElseThrow(ConnectionRequests::noSuchPartner);
    }

    private static BrokerException noSuchPartner() {
        return BrokerException.invalid("/partner", "There is no such partner.");
    }

    private Connection record(UUID id, Wish wish, Caller caller) {
        Partner partner = partner(wish);
        Scopes scopes = scopesOf(wish.scopes(), partner.profile().scopes());
        wish.returnUrl().ifPresent(url -> requireRegistered(url, caller));
        requireEnabled(wish.owner());
        ConnectionRow row = newRow(id, wish, scopes, Requester.of(caller));
        store.persist(row);
        if (caller instanceof Caller.AppCaller app) {
            store.add(firstGrant(row, app.id()));
        }
        audit.append(AuditEvent.of(caller.actor(), AuditAction.CONNECTION_REQUESTED)
                .connection(row.id)
                .partner(row.partner)
                .detail("scopes", scopes.asText())
                .detail("owner", row.owner)
                .detail("imported", row.imported));
        standingApproval(row, scopes, wish.methods()).ifPresent(rule -> approveBy(rule, row, caller));
        store.sync(row);
        return store.toConnection(row);
    }

    private Optional<StandingApprovalRow> standingApproval(ConnectionRow row, Scopes scopes, List<String> methods) {
        return row.requestedByApp
                ? store.standingApproval(row.partner, row.requestedBy)
                        .filter(rule -> rule.covers(scopes, methods, clock.instant()))
                : Optional.empty();
    }

    private void approveBy(StandingApprovalRow rule, ConnectionRow row, Caller caller) {
        row.approvedBy = rule.createdBy;
        row.approvedAt = clock.instant();
        row.approvalRule = rule.rule();
        row.expiresAt = rule.expiresAt;
        row.moveTo(ConnectionStatus.APPROVED, null);
        audit.append(AuditEvent.of(caller.actor(), AuditAction.CONNECTION_APPROVED)
                .connection(row.id)
                .partner(row.partner)
                .app(row.requestedBy)
                .detail("rule", rule.rule())
                .detail("approver", rule.createdBy)
                .detail("scopes", String.join(" ", row.scopes)));
    }

    private Scopes scopesOf(List<String> wanted, ScopePolicy policy) {
        if (!wanted.stream().allMatch(Scopes::isToken)) {
            throw new BrokerException(ProblemType.INVALID_SCOPE, "A scope is not well-formed.")
                    .with("pointer", "/scopes");
        }
        Scopes scopes = Scopes.of(wanted);
        boolean known = policy.available().isEmpty()
                || policy.available().plus(policy.always()).containsAll(scopes);
        if (!known || (policy.required() && scopes.isEmpty())) {
            throw new BrokerException(
                            ProblemType.INVALID_SCOPE, "The partner has no such scope, or needs at least one.")
                    .with("pointer", "/scopes");
        }
        return policy.always().plus(scopes);
    }

    /** RFC 9700 section 4.1.1, R79, R80: one of the app's own, as it compares them; a person has none registered. */
    private void requireRegistered(String url, Caller caller) {
        boolean registered = caller instanceof Caller.AppCaller app
                && apps.find(app.id())
                        .filter(known -> known.allowsReturnUrl(url))
                        .isPresent();
        if (!registered) {
            throw new BrokerException(
                    ProblemType.REDIRECT_URI_NOT_REGISTERED, "The return_url is not among those registered.");
        }
    }

    /** An owner that is a person of the identity provider's cannot be connected while the account is disabled. */
    private void requireEnabled(String owner) {
        disabled.refresh();
        if (disabled.contains(new Principal(Principal.Kind.PERSON, owner))) {
            throw new BrokerException(ProblemType.FORBIDDEN, "The owner's account is disabled.");
        }
    }

    private ConnectionRow newRow(UUID id, Wish wish, Scopes scopes, Requester requester) {
        ConnectionRow row = new ConnectionRow();
        row.id = id;
        row.imported = !wish.brought().isEmpty();
        row.partner = wish.partner();
        row.owner = wish.owner();
        row.status = ConnectionStatus.REQUESTED.wireName();
        row.requestedScopes = scopes.asList().toArray(String[]::new);
        row.requestedMethods = wish.methods().toArray(String[]::new);
        row.scopes = row.requestedScopes;
        row.methods = row.requestedMethods;
        row.returnUrl = wish.returnUrl().orElse(null);
        row.purpose = wish.purpose().orElse(null);
        row.requestedBy = requester.name();
        row.requestedByApp = requester.isApp();
        row.createdAt = clock.instant();
        return row;
    }

    private GrantRow firstGrant(ConnectionRow row, String app) {
        GrantRow grant = new GrantRow();
        grant.connection = row.id;
        grant.app = app;
        grant.methods = row.requestedMethods;
        grant.createdAt = clock.instant();
        grant.createdBy = app;
        return grant;
    }
}
