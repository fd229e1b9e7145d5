package dev.latchkey.refresh;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/**
 * When the partner is asked next for a connection, by the database's clock, so that no restart and no other process shortens
 * a pause (R58). Written only by who had the lease last, and not if the user has connected anew since: what became of the
 * former grant says nothing about the newest one (R6, R10). Each method is a transaction of its own or part of the caller's.
 * Thread-safe.
 */
@ApplicationScoped
class RetryRows {

    private final Session session;

    RetryRows(Session session) {
        this.session = session;
    }

    /**
     * Lets a credential that cannot be renewed now live to the end of its access token; false if that is over, or nearer
     * than the given seconds.
     *
     * @param kvVersion the credential's
     */
    @Transactional
    boolean dueAtExpiry(LeaseRows.Lease lease, int kvVersion, int seconds) {
        return session.createNativeQuery("""
                                update connection set refresh_due_at = token_expires_at
                                where id = :id and epoch = :epoch and coalesce(granted_kv_version, 0) <= :kv
                                    and token_expires_at > now() + :seconds * interval '1 second'
                                """)
                        .setParameter("id", lease.connection())
                        .setParameter("epoch", lease.epoch())
                        .setParameter("kv", kvVersion)
                        .setParameter("seconds", seconds)
                        .executeUpdate()
                > 0;
    }

    /** Lets the next look at what is due find this connection. */
    @Transactional
    void dueNow(LeaseRows.Lease lease) {
        session.createNativeQuery("""
                        update connection set refresh_due_at = now()
                        where id = :id and epoch = :epoch and coalesce(granted_kv_version, 0) <= :kv
                        """)
                .setParameter("id", lease.connection())
                .setParameter("epoch", lease.epoch())
                .setParameter("kv", lease.kvVersion())
                .executeUpdate();
    }

    /**
     * Notes a failed attempt: the next one comes after the given time at the earliest, and after 30 s, 1 min, 2 min … 1 h
     * and up to a fifth more in both cases, so that what failed together is not tried again together (R58).
     */
    @Transactional
    void postpone(LeaseRows.Lease lease, Duration least) {
        session.createNativeQuery("""
                        update connection set failures = failures + 1,
                            retry_at = now() + (1 + 0.2 * random()) * greatest(:least * interval '1 second',
                                least(interval '1 hour', interval '30 seconds' * power(2, least(failures, 12))))
                        where id = :id and epoch = :epoch and coalesce(granted_kv_version, 0) <= :kv
                        """)
                .setParameter("least", least.toSeconds())
                .setParameter("id", lease.connection())
                .setParameter("epoch", lease.epoch())
                .setParameter("kv", lease.kvVersion())
                .executeUpdate();
    }

    /**
     * Lets the next attempt come after this time, and up to a fifth more. No attempt was made, so nothing has failed: what
     * spares the partner must not lengthen the pauses of its connections.
     */
    @Transactional
    void holdBack(LeaseRows.Lease lease, Duration wait) {
        session.createNativeQuery("""
                        update connection set retry_at = now() + (1 + 0.2 * random()) * :wait * interval '1 second'
                        where id = :id and epoch = :epoch and coalesce(granted_kv_version, 0) <= :kv
                        """)
                .setParameter("wait", wait.toSeconds())
                .setParameter("id", lease.connection())
                .setParameter("epoch", lease.epoch())
                .setParameter("kv", lease.kvVersion())
                .executeUpdate();
    }

    /** Lets the next attempt come after exactly this time. */
    @Transactional
    void retryAfter(LeaseRows.Lease lease, Duration pause) {
        session.createNativeQuery("""
                        update connection set failures = failures + 1, retry_at = now() + :pause * interval '1 second'
                        where id = :id and epoch = :epoch and coalesce(granted_kv_version, 0) <= :kv
                        """)
                .setParameter("pause", pause.toSeconds())
                .setParameter("id", lease.connection())
                .setParameter("epoch", lease.epoch())
                .setParameter("kv", lease.kvVersion())
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
}
