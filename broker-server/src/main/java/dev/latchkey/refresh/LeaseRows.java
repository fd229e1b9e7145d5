package dev.latchkey.refresh;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/**
 * Who may spend a refresh token: lease, fencing epoch and intent, all by the database's clock (R8). Each method is a
 * transaction of its own, so that none is open while a partner is asked (R48); there are no advisory locks (R49).
 */
@ApplicationScoped
class LeaseRows {

    private final Session session;
    private final String owner = UUID.randomUUID().toString();

    LeaseRows(Session session) {
        this.session = session;
    }

    /**
     * The right to renew one connection for 15 seconds.
     *
     * @param connection which
     * @param epoch grows with each lease; the fence
     * @param kvVersion the vault's version that PostgreSQL knows
     */
    record Lease(UUID connection, long epoch, int kvVersion) {}

    /** Takes the lease of an active connection, unless somebody holds it. */
    @Transactional
    Optional<Lease> take(UUID connection) {
        return session.createNativeQuery("""
                        update connection set lease_owner = :owner, lease_until = now() + interval '15 seconds',
                            epoch = epoch + 1
                        where id = :id and status = 'active' and (lease_until is null or lease_until < now())
                        returning epoch, kv_version
                        """, Tuple.class)
                .setParameter("owner", owner)
                .setParameter("id", connection)
                .getResultStream()
                .findFirst()
                .map(row -> new Lease(
                        connection,
                        row.get(0, Number.class).longValue(),
                        row.get(1, Number.class).intValue()));
    }

    /** Writes the intent to send, if the lease still leaves time for it; false if it does not. */
    @Transactional
    boolean intend(Lease lease, UUID attempt, byte[] tokenSha256, int kvVersion) {
        return session.createNativeQuery("""
                                insert into refresh_intent (connection, attempt, token_sha256, kv_version, epoch, state)
                                select id, :attempt, :digest, :kv, epoch, 'SENDING' from connection
                                where id = :id and epoch = :epoch and lease_until > now() + interval '10 seconds'
                                on conflict (connection) do update set attempt = excluded.attempt,
                                    token_sha256 = excluded.token_sha256, kv_version = excluded.kv_version,
                                    epoch = excluded.epoch, state = excluded.state, created_at = now()
                                """)
                        .setParameter("attempt", attempt)
                        .setParameter("digest", tokenSha256)
                        .setParameter("kv", kvVersion)
                        .setParameter("id", lease.connection())
                        .setParameter("epoch", lease.epoch())
                        .executeUpdate()
                > 0;
    }

    /** Ends an intent: {@code CLEARED} if nothing was sent, {@code DONE} if the answer is stored or definitive. */
    @Transactional
    void settle(Lease lease, String state) {
        session.createNativeQuery("update refresh_intent set state = :state where connection = :id and epoch = :epoch")
                .setParameter("state", state)
                .setParameter("id", lease.connection())
                .setParameter("epoch", lease.epoch())
                .executeUpdate();
    }

    /** Gives the lease back; nothing happens if somebody else holds it (R7). */
    @Transactional
    void release(Lease lease) {
        session.createNativeQuery("""
                        update connection set lease_owner = null, lease_until = null
                        where id = :id and epoch = :epoch and lease_owner = :owner
                        """)
                .setParameter("id", lease.connection())
                .setParameter("epoch", lease.epoch())
                .setParameter("owner", owner)
                .executeUpdate();
    }

    /** Notes which version the vault holds, after a rewrite in place. */
    @Transactional
    void noteVersion(Lease lease, int kvVersion) {
        session.createNativeQuery("update connection set kv_version = :kv where id = :id and epoch = :epoch")
                .setParameter("kv", kvVersion)
                .setParameter("id", lease.connection())
                .setParameter("epoch", lease.epoch())
                .executeUpdate();
    }

    /**
     * Lets a credential that cannot be renewed live to the end of its access token; false if that is over, or too near
     * for anybody to be served.
     */
    @Transactional
    boolean dueAtExpiry(Lease lease) {
        return session.createNativeQuery("""
                                update connection set refresh_due_at = token_expires_at
                                where id = :id and epoch = :epoch and token_expires_at > now() + interval '30 seconds'
                                """)
                        .setParameter("id", lease.connection())
                        .setParameter("epoch", lease.epoch())
                        .executeUpdate()
                > 0;
    }

    /** Notes a failed attempt: the next one comes after the given time at the earliest, growing with each failure. */
    @Transactional
    void postpone(UUID connection, Duration least) {
        session.createNativeQuery("""
                        update connection set failures = failures + 1,
                            retry_at = now() + greatest(:least * interval '1 second',
                                least(interval '1 hour', interval '1 second' * power(2, least(failures, 12))))
                        where id = :id
                        """)
                .setParameter("least", least.toSeconds())
                .setParameter("id", connection)
                .executeUpdate();
    }

    @Transactional
    void succeeded(UUID connection) {
        session.createNativeQuery("update connection set failures = 0, retry_at = null where id = :id")
                .setParameter("id", connection)
                .executeUpdate();
    }

    /** How long nobody should ask the partner for this connection; empty if it may be asked now. */
    @Transactional
    Optional<Duration> pauseLeft(UUID connection) {
        return session.createNativeQuery("""
                        select cast(ceil(extract(epoch from retry_at - now())) as bigint) from connection
                        where id = :id and retry_at > now()
                        """, Tuple.class)
                .setParameter("id", connection)
                .getResultStream()
                .findFirst()
                .map(row -> Duration.ofSeconds(row.get(0, Number.class).longValue()));
    }

    /** Active connections whose renewal is due and that nobody is renewing. */
    @Transactional
    List<UUID> due(int limit) {
        return session.createNativeQuery("""
                        select id from connection
                        where status = 'active' and refresh_due_at < now() and (retry_at is null or retry_at < now())
                            and (lease_until is null or lease_until < now())
                        order by refresh_due_at
                        """, UUID.class).setMaxResults(limit).getResultList().stream()
                .toList();
    }
}
