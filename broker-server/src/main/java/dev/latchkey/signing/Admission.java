package dev.latchkey.signing;

import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.caller.Caller.AppCaller;
import dev.latchkey.connection.Connection;
import dev.latchkey.connection.Connections;
import dev.latchkey.connection.Grant;
import dev.latchkey.connection.UseRefusal;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.signing.HeldCredentials.Held;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * Decides whether an app may use a connection, and commits the audit row before anything is signed or sent (R168). As at
 * the token desk, a use may be admitted on a cached connection, because the row is only written if the connection has not
 * changed (R104). Before a refusal the connection is read from the database. Thread-safe.
 */
@ApplicationScoped
class Admission {

    /** How often it is decided at most, if the connection keeps changing meanwhile. */
    private static final int ATTEMPTS = 5;

    private final Connections connections;
    private final AuditLog audit;
    private final Clock clock;

    Admission(Connections connections, AuditLog audit, Clock clock) {
        this.connections = connections;
        this.audit = audit;
        this.clock = clock;
    }

    /** The connection, if the app may use it at all; a refusal is audited. What it is used for is still to be judged. */
    Connection find(UUID id, AppCaller app, AuditAction action) {
        Optional<Connection> known = connections.snapshot(id);
        if (known.flatMap(it -> refusal(it, app.id())).isPresent() || known.isEmpty()) {
            known = connections.freshSnapshot(id);
        }
        BrokerException refusal = known.map(it -> refusal(it, app.id()))
                .orElse(Optional.of(BrokerException.notFound()))
                .orElse(null);
        if (refusal == null) {
            return known.orElseThrow();
        }
        AuditEvent event = AuditEvent.of(app.actor(), action).app(app.id());
        audit.append(known.map(it -> about(event, it))
                .orElseGet(() -> event.detail("connection", id.toString()))
                .denied(refusal.type().code()));
        throw refusal;
    }

    /** Writes down that a request was refused before it could be judged, and gives the refusal back. */
    BrokerException denied(Connection connection, AppCaller app, AuditAction action, BrokerException refusal) {
        audit.append(about(AuditEvent.of(app.actor(), action).app(app.id()), connection)
                .denied(refusal.type().code()));
        return refusal;
    }

    /** Writes down that an admitted request came to nothing. */
    void failed(Use use, Connection connection, BrokerException problem) {
        audit.append(about(use.event(), connection).failed(problem.type().code()));
    }

    /**
     * Admits a use: what it returns was read for a connection that allowed the use when the audit row was committed.
     *
     * @param credential reads the credential of a connection
     * @throws BrokerException why it may not; audited
     */
    Held admit(Use use, Function<Connection, Held> credential) {
        Optional<Connection> known = connections.snapshot(use.connection());
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (attempt > 0 || known.flatMap(it -> refusal(it, use)).isPresent()) {
                known = connections.freshSnapshot(use.connection());
            }
            Connection connection = known.orElseThrow(BrokerException::notFound);
            Optional<BrokerException> refusal = refusal(connection, use);
            if (refusal.isPresent()) {
                audit.append(about(use.event(), connection)
                        .denied(refusal.get().type().code()));
                throw refusal.get();
            }
            Optional<Held> held = held(connection, use, credential);
            if (held.isPresent() && isRecorded(connection, use, held.get())) {
                return held.get();
            }
        }
        throw new BrokerException(ProblemType.REFRESH_IN_PROGRESS, "The connection is being changed; ask again.");
    }

    /** The credential; empty if it cannot be had and the use would be refused by now. */
    private Optional<Held> held(Connection connection, Use use, Function<Connection, Held> credential) {
        try {
            return Optional.of(credential.apply(connection));
        } catch (BrokerException e) {
            // Perhaps decided on a stale cache: a refusal says more than that the credential cannot be had.
            Optional<Connection> now = connections.find(use.connection());
            if (now.filter(it -> refusal(it, use).isEmpty()).isEmpty()) {
                return Optional.empty();
            }
            failed(use, connection, e);
            throw e;
        }
    }

    /** Writes the audit row unless the connection has changed since the decision, other than by its token's renewal. */
    private boolean isRecorded(Connection decided, Use use, Held held) {
        boolean renewed = held.token()
                .filter(it ->
                        it.renewed() && it.kvVersion() > decided.credential().kvVersion())
                .isPresent();
        Connection connection =
                renewed ? connections.freshSnapshot(decided.id()).orElse(decided) : decided;
        return refusal(connection, use).isEmpty()
                && audit.appendIfCurrent(about(use.event(), connection), connection.version());
    }

    private Optional<BrokerException> refusal(Connection connection, Use use) {
        return refusal(connection, use.app().id())
                .or(() -> connection
                        .grantOf(use.app().id())
                        .filter(grant -> !covers(connection, grant, use))
                        .map(grant -> new BrokerException(
                                ProblemType.METHOD_NOT_GRANTED,
                                "The grant does not name every method of this request.")));
    }

    private static boolean covers(Connection connection, Grant grant, Use use) {
        Set<String> wanted = use.methods();
        if (grant.methods().isEmpty() && connection.methods().isEmpty()) {
            return use.openByDefault();
        }
        return isWithin(wanted, grant.methods()) && isWithin(wanted, connection.methods());
    }

    private static boolean isWithin(Set<String> wanted, List<String> named) {
        return named.isEmpty() || named.containsAll(wanted);
    }

    /** Why the app may not use the connection for anything, if it may not. */
    private Optional<BrokerException> refusal(Connection connection, String app) {
        return UseRefusal.of(connection, app, clock.instant())
                .or(() -> scopeRefusal(connection, connection.grantOf(app).orElseThrow()));
    }

    private static Optional<BrokerException> scopeRefusal(Connection connection, Grant grant) {
        Scopes usable = connection.partnerScopes().intersect(connection.scopes());
        // The partner sees the whole token: a grant that covers less of it does not cover it.
        if (!grant.scopes().orElse(connection.scopes()).containsAll(usable)) {
            return Optional.of(new BrokerException(
                    ProblemType.SCOPE_NOT_GRANTED, "The grant does not cover the scope of the connection's token."));
        }
        return Optional.empty();
    }

    private static AuditEvent about(AuditEvent event, Connection connection) {
        return event.connection(connection.id()).partner(connection.partner());
    }
}
