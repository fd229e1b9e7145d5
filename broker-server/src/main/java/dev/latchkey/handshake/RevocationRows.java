package dev.latchkey.handshake;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.UUID;
import org.hibernate.Session;

/** Table {@code pending_revocation}, by the database's clock. Each method is a transaction of its own. Thread-safe. */
@ApplicationScoped
class RevocationRows {

    private final Session session;

    RevocationRows(Session session) {
        this.session = session;
    }

    /** A revocation whose time has come. */
    record Due(UUID id, UUID connection, String partner) {}

    /** The first retry comes after 30 s, unless the first attempt, which follows at once, is enough. */
    @Transactional
    void add(UUID id, UUID connection, String partner) {
        session.createNativeQuery("""
                        insert into pending_revocation (id, connection, partner, retry_at, expires_at)
                        values (:id, :connection, :partner, now() + interval '30 seconds', now() + interval '24 hours')
                        """)
                .setParameter("id", id)
                .setParameter("connection", connection)
                .setParameter("partner", partner)
                .executeUpdate();
    }

    /** 30 s, 1 min, 2 min … at most an hour. */
    @Transactional
    void postpone(UUID id) {
        session.createNativeQuery("""
                        update pending_revocation set attempts = attempts + 1,
                            retry_at = now() + least(interval '30 seconds' * power(2, attempts), interval '1 hour')
                        where id = :id
                        """).setParameter("id", id).executeUpdate();
    }

    @Transactional
    void remove(UUID id) {
        session.createNativeQuery("delete from pending_revocation where id = :id")
                .setParameter("id", id)
                .executeUpdate();
    }

    @Transactional
    List<UUID> givenUp() {
        return session
                .createNativeQuery("select id from pending_revocation where expires_at < now()", UUID.class)
                .getResultList()
                .stream()
                .toList();
    }

    @Transactional
    List<Due> due() {
        return session.createNativeQuery("""
                        select id, connection, partner from pending_revocation
                        where retry_at <= now() order by retry_at limit 50
                        """, Tuple.class).getResultList().stream()
                .map(row -> new Due(row.get(0, UUID.class), row.get(1, UUID.class), row.get(2, String.class)))
                .toList();
    }
}
