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
 * Table {@code refresh_intent}: what was about to be sent to a partner, before it was. Written only under the lease whose
 * epoch it carries. Each method is a transaction of its own or part of the caller's, by the database's clock. Thread-safe.
 */
@ApplicationScoped
class IntentRows {

    private final Session session;

    IntentRows(Session session) {
        this.session = session;
    }

    /**
     * An intent whose outcome nobody has noted.
     *
     * @param spentSha256 of the credential that was sent
     * @param age since it was sent for the first time
     * @param sends how often it was sent
     */
    record Intent(byte[] spentSha256, Duration age, int sends) {}

    /** The intent that is open, if there is one; ask only under the lease, else it may be somebody's at work. */
    @Transactional
    Optional<Intent> open(UUID connection) {
        return session.createNativeQuery("""
                        select token_sha256, cast(1000 * extract(epoch from now() - created_at) as bigint), sends
                        from refresh_intent where connection = :id and state = 'SENDING'
                        """, Tuple.class)
                .setParameter("id", connection)
                .getResultStream()
                .findFirst()
                .map(row -> new Intent(
                        row.get(0, byte[].class),
                        Duration.ofMillis(row.get(1, Number.class).longValue()),
                        row.get(2, Number.class).intValue()));
    }

    /**
     * Announces that a credential is sent, notes the version at which it was proven, unless a reconnect was quicker and has
     * a newer one, and begins the lease anew, so that it outlasts the call; false if the lease is over. Sending the same once
     * more keeps the time of the first.
     *
     * @param replayedWithin how old the open intent may be, else the answer is false as well; empty for any age
     */
    @Transactional
    boolean announce(
            LeaseRows.Lease lease,
            byte[] spentSha256,
            int kvVersion,
            Duration leaseTime,
            Optional<Duration> replayedWithin) {
        return session.createNativeQuery("""
                                with mine as (
                                    update connection
                                    set lease_until = now() + :seconds * interval '1 second',
                                        kv_version = greatest(kv_version, :kv)
                                    where id = :id and epoch = :epoch and lease_until > now()
                                        and (:within < 0 or exists (select from refresh_intent
                                            where connection = :id
                                            and created_at > now() - :within * interval '1 millisecond'))
                                    returning id, epoch)
                                insert into refresh_intent as known
                                    (connection, attempt, token_sha256, kv_version, epoch, state)
                                select id, :attempt, :digest, :kv, epoch, 'SENDING' from mine
                                on conflict (connection) do update set attempt = excluded.attempt,
                                    sends = case when known.state = 'SENDING'
                                        and known.token_sha256 = excluded.token_sha256 then known.sends + 1 else 1 end,
                                    created_at = case when known.state = 'SENDING'
                                        and known.token_sha256 = excluded.token_sha256 then known.created_at
                                        else now() end,
                                    token_sha256 = excluded.token_sha256, kv_version = excluded.kv_version,
                                    epoch = excluded.epoch, state = excluded.state
                                """)
                        .setParameter("seconds", leaseTime.toSeconds())
                        .setParameter(
                                "within", replayedWithin.map(Duration::toMillis).orElse(-1L))
                        .setParameter("attempt", UUID.randomUUID())
                        .setParameter("digest", spentSha256)
                        .setParameter("kv", kvVersion)
                        .setParameter("id", lease.connection())
                        .setParameter("epoch", lease.epoch())
                        .executeUpdate()
                > 0;
    }

    /**
     * The last announced sending did not take place, or does not count. The intent stays open if the same credential was
     * sent before: what became of that is still unknown (R19, R25).
     */
    @Transactional
    void cleared(LeaseRows.Lease lease) {
        session.createNativeQuery("""
                        update refresh_intent
                        set state = case when sends > 1 then 'SENDING' else 'CLEARED' end, sends = greatest(sends - 1, 1)
                        where connection = :id and epoch <= :epoch and state = 'SENDING'
                        """)
                .setParameter("id", lease.connection())
                .setParameter("epoch", lease.epoch())
                .executeUpdate();
    }

    /** What was sent of a grant that a reconnect has replaced is accounted for, whatever became of it (R10). */
    @Transactional
    void closeFormerGrants(UUID connection) {
        session.createNativeQuery("""
                        update refresh_intent set state = 'DONE'
                        where connection = :id and state = 'SENDING'
                            and kv_version < (select granted_kv_version from connection where id = :id)
                        """).setParameter("id", connection).executeUpdate();
    }

    /** Overtaken, or the answer was definitive. Intents of later owners are left alone. */
    @Transactional
    void done(LeaseRows.Lease lease) {
        session.createNativeQuery("update refresh_intent set state = 'DONE' where connection = :id and epoch <= :epoch")
                .setParameter("id", lease.connection())
                .setParameter("epoch", lease.epoch())
                .executeUpdate();
    }

    /**
     * Active connections that somebody has left unfinished and nobody works at: a credential in the journal, or an open
     * intent. One that waits for the end of the access token is looked at for two minutes only: its owner may have stood
     * still, and may yet have stored the answer (R20). In an order of chance, so that each gets its turn however many fail.
     */
    @Transactional
    List<UUID> unfinished(int limit) {
        return session.createNativeQuery("""
                        select c.id from connection c
                        where c.status = 'active' and (c.lease_until is null or c.lease_until < now())
                            and (c.retry_at is null or c.retry_at < now())
                            and (exists (select from refresh_journal j where j.connection = c.id)
                                or exists (select from refresh_intent i
                                        where i.connection = c.id and i.state = 'SENDING'
                                        and (c.reason is null or c.token_expires_at <= now()
                                            or i.created_at > now() - interval '2 minutes')))
                        order by random()
                        """, UUID.class).setMaxResults(limit).getResultList().stream()
                .toList();
    }
}
