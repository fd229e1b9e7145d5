package dev.latchkey.keycloak.lifecycle;

import dev.latchkey.keycloak.lifecycle.Change.Kind;
import dev.latchkey.keycloak.lifecycle.Change.State;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * The changes that the broker does not know yet, in tables of Keycloak's own database ({@code LATCHKEY_OUTBOX}, {@code
 * LATCHKEY_TOLD}). All methods run in the session's transaction. Plain SQL that every database of Keycloak's knows.
 */
final class Outbox {

    private final EntityManager database;
    private final Consumer<Consumer<Outbox>> apart;

    /**
     * The outbox in the transaction of this one.
     *
     * @param apart does something in a transaction of its own, and returns or throws when that has ended
     */
    Outbox(EntityManager database, Consumer<Consumer<Outbox>> apart) {
        this.database = database;
        this.apart = apart;
    }

    static Outbox of(KeycloakSession session) {
        return new Outbox(
                session.getProvider(JpaConnectionProvider.class).getEntityManager(),
                work -> KeycloakModelUtils.runJobInTransaction(
                        session.getKeycloakSessionFactory(), other -> work.accept(of(other))));
    }

    /**
     * A change on its way.
     *
     * @param id the same in all its deliveries ({@code jti})
     * @param change what
     * @param happenedAt when, in milliseconds; grows from change to change of one principal
     * @param attempts how often it was tried before
     */
    record Entry(String id, Change change, long happenedAt, int attempts) {}

    /**
     * Puts a change in, unless the broker was told the same before: an enabled account that was never disabled is no news.
     * Transactions that change one principal wait for each other here, so that the last one that commits is told last.
     */
    void put(Change change, long now) {
        Optional<Told> known = locked(change);
        if (known.isEmpty() && change.state() == State.ENABLED) {
            return;
        }
        Told told = known.orElseGet(() -> begun(change, now));
        if (told.state() == change.state()) {
            return;
        }
        long at = Math.max(now, told.happenedAt() + 1);
        sql("update LATCHKEY_TOLD set STATE = ?3, HAPPENED_AT = ?4 where KIND = ?1 and NAME = ?2")
                .setParameter(1, change.kind().name())
                .setParameter(2, change.name())
                .setParameter(3, change.state().name())
                .setParameter(4, at)
                .executeUpdate();
        sql("insert into LATCHKEY_OUTBOX (ID, KIND, NAME, STATE, HAPPENED_AT, ATTEMPTS, NEXT_AT, DEAD)"
                        + " values (?1, ?2, ?3, ?4, ?5, 0, ?5, 0)")
                .setParameter(1, UUID.randomUUID().toString())
                .setParameter(2, change.kind().name())
                .setParameter(3, change.name())
                .setParameter(4, change.state().name())
                .setParameter(5, at)
                .executeUpdate();
    }

    /** What the broker was told last of a principal. */
    private record Told(State state, long happenedAt) {}

    /** An update that changes nothing is the one lock of a row that every database knows. */
    private Optional<Told> locked(Change change) {
        int rows = sql("update LATCHKEY_TOLD set HAPPENED_AT = HAPPENED_AT where KIND = ?1 and NAME = ?2")
                .setParameter(1, change.kind().name())
                .setParameter(2, change.name())
                .executeUpdate();
        return rows == 0
                ? Optional.empty()
                : rows(sql("select STATE, HAPPENED_AT from LATCHKEY_TOLD where KIND = ?1 and NAME = ?2")
                                .setParameter(1, change.kind().name())
                                .setParameter(2, change.name()))
                        .stream()
                        .findFirst()
                        .map(row -> new Told(State.valueOf((String) row[0]), ((Number) row[1]).longValue()));
    }

    /**
     * The first change of a principal makes the row to lock, which says what was so until now. It is there for everybody at
     * once, so that two first changes do not meet at the primary key, which would fail an admin's request.
     */
    private Told begun(Change change, long now) {
        try {
            apart.accept(other -> other.begin(change, now - 1));
        } catch (RuntimeException e) { // somebody else has made it in the meantime, or it cannot be made
            return locked(change).orElseThrow(() -> e);
        }
        return locked(change).orElseThrow(() -> new IllegalStateException("the row of a principal is gone at once"));
    }

    private void begin(Change change, long at) {
        sql("insert into LATCHKEY_TOLD (KIND, NAME, STATE, HAPPENED_AT) values (?1, ?2, ?3, ?4)")
                .setParameter(1, change.kind().name())
                .setParameter(2, change.name())
                .setParameter(3, State.ENABLED.name())
                .setParameter(4, at)
                .executeUpdate();
    }

    /**
     * Takes what is due for some time, so that no other node takes it as well. Of one principal only the oldest: they are
     * delivered in order.
     */
    List<Entry> claim(int limit, long now, long until) {
        List<Object[]> due = rows(sql("select o.ID, o.KIND, o.NAME, o.STATE, o.HAPPENED_AT, o.ATTEMPTS, o.NEXT_AT"
                        + " from LATCHKEY_OUTBOX o where o.DEAD = 0 and o.NEXT_AT <= ?1 and not exists"
                        + " (select 1 from LATCHKEY_OUTBOX e where e.DEAD = 0 and e.KIND = o.KIND and e.NAME = o.NAME"
                        + " and e.HAPPENED_AT < o.HAPPENED_AT) order by o.HAPPENED_AT")
                .setParameter(1, now)
                .setMaxResults(limit));
        List<Entry> claimed = new ArrayList<>();
        for (Object[] row : due) {
            int changed = sql("update LATCHKEY_OUTBOX set NEXT_AT = ?1, ATTEMPTS = ATTEMPTS + 1"
                            + " where ID = ?2 and NEXT_AT = ?3")
                    .setParameter(1, until)
                    .setParameter(2, row[0])
                    .setParameter(3, ((Number) row[6]).longValue())
                    .executeUpdate();
            if (changed == 1) {
                claimed.add(entry(row));
            }
        }
        return claimed;
    }

    private static Entry entry(Object[] row) {
        Change change = new Change(Kind.valueOf((String) row[1]), (String) row[2], State.valueOf((String) row[3]));
        return new Entry((String) row[0], change, ((Number) row[4]).longValue(), ((Number) row[5]).intValue());
    }

    /** The broker has it. */
    void delivered(Entry entry) {
        sql("delete from LATCHKEY_OUTBOX where ID = ?1")
                .setParameter(1, entry.id())
                .executeUpdate();
    }

    /** To be tried again at that time. */
    void postpone(Entry entry, long at) {
        sql("update LATCHKEY_OUTBOX set NEXT_AT = ?1 where ID = ?2")
                .setParameter(1, at)
                .setParameter(2, entry.id())
                .executeUpdate();
    }

    /** Not to be tried again; a person has to look. */
    void bury(Entry entry) {
        sql("update LATCHKEY_OUTBOX set DEAD = 1 where ID = ?1")
                .setParameter(1, entry.id())
                .executeUpdate();
    }

    /** Removes the oldest dead ones above a number, and returns how many these were. */
    int bound(int most) {
        List<?> tooMany = sql("select ID from LATCHKEY_OUTBOX where DEAD = 1 order by HAPPENED_AT desc")
                .setFirstResult(most)
                .setMaxResults(1000)
                .getResultList();
        tooMany.forEach(id -> sql("delete from LATCHKEY_OUTBOX where ID = ?1")
                .setParameter(1, id)
                .executeUpdate());
        return tooMany.size();
    }

    /** Forgets what the broker was told of those who are gone or enabled since before that time. */
    void forget(long before) {
        sql("delete from LATCHKEY_TOLD where STATE <> ?1 and HAPPENED_AT < ?2")
                .setParameter(1, State.DISABLED.name())
                .setParameter(2, before)
                .executeUpdate();
    }

    private Query sql(String statement) {
        return database.createNativeQuery(statement);
    }

    @SuppressWarnings("unchecked") // of several columns, by the contract of native queries
    private static List<Object[]> rows(Query query) {
        return query.getResultList();
    }
}
