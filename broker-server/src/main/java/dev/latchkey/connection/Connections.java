package dev.latchkey.connection;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.caller.Caller;
import dev.latchkey.problem.BrokerException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Reads connections, for people, apps and the other features. Thread-safe. */
@ApplicationScoped
public class Connections {

    private static final int MOST_SNAPSHOTS = 100_000;

    private final ConnectionStore store;
    private final Cache<UUID, Connection> snapshots =
            Caffeine.newBuilder().maximumSize(MOST_SNAPSHOTS).build();

    Connections(ConnectionStore store) {
        this.store = store;
    }

    /** The connection as it stands in the database now. */
    @Transactional
    public Optional<Connection> find(UUID id) {
        return store.read(id);
    }

    /**
     * The connection as it stood at some earlier time, from the cache if it is there. A decision that is based on it must be
     * checked against its version before it has an effect: {@link dev.latchkey.audit.AuditLog#appendIfCurrent} does so.
     */
    public Optional<Connection> snapshot(UUID id) {
        Connection known = snapshots.getIfPresent(id);
        return known != null ? Optional.of(known) : freshSnapshot(id);
    }

    /**
     * The connection at a version that the caller has just seen in the database: from the cache if it has that version, else
     * as it stands in the database now.
     */
    @Transactional
    public Optional<Connection> at(UUID id, long version) {
        Connection known = snapshots.getIfPresent(id);
        return known != null && known.version() == version ? Optional.of(known) : store.read(id);
    }

    /** The connection as it stands in the database now; this is also what the next snapshot returns. */
    public Optional<Connection> freshSnapshot(UUID id) {
        Optional<Connection> found = find(id);
        found.ifPresentOrElse(connection -> snapshots.put(id, connection), () -> snapshots.invalidate(id));
        return found;
    }

    /** Keeps the newer version: a concurrent read may already have cached a later one. */
    void remember(@Observes(during = TransactionPhase.AFTER_SUCCESS) ConnectionRenewed renewed) {
        Connection now = renewed.connection();
        snapshots
                .asMap()
                .merge(now.id(), now, (known, candidate) -> known.version() > candidate.version() ? known : candidate);
    }

    void forget(@Observes(during = TransactionPhase.AFTER_SUCCESS) ConnectionEnded ended) {
        snapshots.invalidate(ended.id());
    }

    /** The connection if the caller may see it; else {@code not_found}, like an unknown one (R159). */
    @Transactional
    public Connection visible(UUID id, Caller caller) {
        return store.read(id)
                .filter(connection -> mayBeSeenBy(connection, caller))
                .orElseThrow(BrokerException::notFound);
    }

    /**
     * The newest connection of an owner to a partner that an app may use; an active one before all others.
     *
     * @param app the app that has to have a grant
     */
    @Transactional
    public Optional<Connection> usable(String partner, String owner, String app) {
        ConnectionQuery all = new ConnectionQuery(
                Optional.empty(), Optional.of(partner), Optional.of(owner), Optional.of(app), Optional.empty());
        List<Connection> found = store.list(all, 100).stream()
                .filter(connection -> connection.grantOf(app).isPresent())
                .toList();
        return found.stream()
                .filter(connection -> connection.status() == ConnectionStatus.ACTIVE)
                .findFirst()
                .or(() -> found.stream().findFirst());
    }

    @Transactional
    List<Connection> list(ConnectionQuery query, int limit) {
        return store.list(query, limit);
    }

    private static boolean mayBeSeenBy(Connection connection, Caller caller) {
        return switch (caller) {
            case Caller.PersonCaller person -> true;
            case Caller.AppCaller app ->
                connection.requester().equals(Requester.of(app))
                        || connection.grantOf(app.id()).isPresent();
        };
    }
}
