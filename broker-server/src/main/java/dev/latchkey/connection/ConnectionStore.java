package dev.latchkey.connection;

import dev.latchkey.problem.BrokerException;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/** Rows of connections and their grants. Every method runs in the caller's transaction. */
@ApplicationScoped
class ConnectionStore implements PanacheRepositoryBase<ConnectionRow, UUID> {

    /** Later than everything that was made. */
    private static final Instant FAR = Instant.parse("9999-12-31T00:00:00Z");

    private final EntityManager entities;

    ConnectionStore(EntityManager entities) {
        this.entities = entities;
    }

    /** The row, locked until the transaction ends, so that changes of one connection are made one after the other. */
    Optional<ConnectionRow> lock(UUID id) {
        return Optional.ofNullable(findById(id, LockModeType.PESSIMISTIC_WRITE));
    }

    /** The row, locked; {@code not_found} if there is none. */
    ConnectionRow require(UUID id) {
        return lock(id).orElseThrow(BrokerException::notFound);
    }

    Optional<Connection> read(UUID id) {
        return findByIdOptional(id).map(this::toConnection);
    }

    Connection toConnection(ConnectionRow row) {
        return row.toConnection(grantsOf(row.id));
    }

    List<GrantRow> grantsOf(UUID connection) {
        return entities.createQuery("from GrantRow where connection = :connection", GrantRow.class)
                .setParameter("connection", connection)
                .getResultList();
    }

    Optional<GrantRow> grant(UUID connection, String app) {
        return Optional.ofNullable(entities.find(GrantRow.class, new GrantRow.Key(connection, app)));
    }

    Optional<StandingApprovalRow> standingApproval(String partner, String app) {
        return Optional.ofNullable(entities.find(StandingApprovalRow.class, new StandingApprovalRow.Key(partner, app)));
    }

    /** Rows that match a condition on {@code :name} and were made up to the given time, locked. */
    List<ConnectionRow> lockAll(String condition, String name, Optional<Instant> until, int limit) {
        Map<String, Object> parameters = Map.of("name", name, "until", until.orElse(FAR));
        return find(condition + " and createdAt <= :until order by seq", parameters)
                .page(0, limit)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .list();
    }

    /** Grants of an app, those made up to the given time, in the order that rows are locked in. */
    List<GrantRow> grantsOfApp(String app, Optional<Instant> until, int limit) {
        return entities.createQuery(
                        "from GrantRow where app = :app and createdAt <= :until order by connection", GrantRow.class)
                .setParameter("app", app)
                .setParameter("until", until.orElse(FAR))
                .setMaxResults(limit)
                .getResultList();
    }

    List<StandingApprovalRow> standingApprovalsOf(String app, Optional<Instant> until) {
        return entities.createQuery(
                        "from StandingApprovalRow where app = :app and createdAt <= :until order by partner",
                        StandingApprovalRow.class)
                .setParameter("app", app)
                .setParameter("until", until.orElse(FAR))
                .getResultList();
    }

    void add(Object row) {
        entities.persist(row);
    }

    void remove(Object row) {
        entities.remove(row);
    }

    /** Writes what was changed, so that the database's own values (and its refusals) are known here. */
    void sync(ConnectionRow row) {
        entities.flush();
        entities.refresh(row);
    }

    /** Notes a failed attempt to connect: 30 s, 1 min, 2 min … at most an hour until the next (R58). */
    void postpone(ConnectionRow row) {
        entities.flush();
        entities.createNativeQuery("""
                        update connection set failures = failures + 1,
                            retry_at = now() + least(interval '30 seconds' * power(2, least(failures, 12)),
                                interval '1 hour')
                        where id = :id
                        """).setParameter("id", row.id).executeUpdate();
    }

    /** Ends the pause after failed attempts. */
    void resume(ConnectionRow row) {
        entities.flush();
        entities.createNativeQuery("update connection set failures = 0, retry_at = null where id = :id")
                .setParameter("id", row.id)
                .executeUpdate();
    }

    /**
     * Approved connections of a partner whose next attempt may be made, oldest first. Whoever approves one connects it at
     * once; only if that has not ended after 30 s is it taken for dead, so that the partner is asked once (R105, R111).
     */
    List<UUID> approvedAt(String partner, int limit) {
        return entities.unwrap(Session.class)
                .createNativeQuery("""
                        select id from connection
                        where partner = :partner and status = 'approved' and (retry_at is null or retry_at <= now())
                            and (failures > 0 or approved_at < now() - interval '30 seconds')
                        order by seq
                        """, UUID.class)
                .setParameter("partner", partner)
                .setMaxResults(limit)
                .getResultList();
    }

    /** Approved connections whose credential was brought along, and whose next attempt may be made, oldest first. */
    List<UUID> approvedImports(int limit) {
        return entities.unwrap(Session.class)
                .createNativeQuery("""
                        select id from connection
                        where imported and status = 'approved' and (retry_at is null or retry_at <= now())
                            and (failures > 0 or approved_at < now() - interval '30 seconds')
                        order by seq
                        """, UUID.class)
                .setMaxResults(limit)
                .getResultList();
    }

    /** At most {@code limit} connections that match, newest first. */
    List<Connection> list(ConnectionQuery query, int limit) {
        List<String> conditions = new ArrayList<>();
        Map<String, Object> parameters = new HashMap<>();
        query.status().ifPresent(status -> {
            conditions.add("status = :status");
            parameters.put("status", status.wireName());
        });
        query.partner().ifPresent(partner -> {
            conditions.add("partner = :partner");
            parameters.put("partner", partner);
        });
        query.owner().ifPresent(owner -> {
            conditions.add("owner = :owner");
            parameters.put("owner", owner);
        });
        query.visibleTo().ifPresent(app -> {
            conditions.add("((requestedByApp = true and requestedBy = :app)"
                    + " or id in (select g.connection from GrantRow g where g.app = :app))");
            parameters.put("app", app);
        });
        query.before().ifPresent(seq -> {
            conditions.add("seq < :before");
            parameters.put("before", seq);
        });
        String where = conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
        return find("from ConnectionRow" + where + " order by seq desc", parameters).page(0, limit).list().stream()
                .map(this::toConnection)
                .toList();
    }
}
