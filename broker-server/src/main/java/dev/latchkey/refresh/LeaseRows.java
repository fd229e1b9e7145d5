package dev.latchkey.refresh;

import dev.latchkey.audit.Actor;
import dev.latchkey.connection.ConnectionLifecycle;
import dev.latchkey.connection.ConnectionLifecycle.NewCredential;
import dev.latchkey.outbound.OutboundConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/**
 * Who may spend a refresh token: lease and fencing epoch, by the database's clock (R8). Each method is a transaction of
 * its own or part of the caller's, and none is open while a partner is asked (R48); there are no advisory locks (R49).
 * Thread-safe.
 */
@ApplicationScoped
class LeaseRows {

    private static final Duration SHORTEST = Duration.ofSeconds(15);
    /** What a lease leaves after the longest call, to store the answer. */
    private static final Duration TO_STORE = Duration.ofSeconds(5);

    private final Session session;
    private final ConnectionLifecycle lifecycle;
    private final Duration length;
    private final String owner = UUID.randomUUID().toString();

    LeaseRows(Session session, ConnectionLifecycle lifecycle, OutboundConfig outbound) {
        this.session = session;
        this.lifecycle = lifecycle;
        Duration enough = outbound.deadline().plus(TO_STORE);
        this.length = enough.compareTo(SHORTEST) > 0 ? enough : SHORTEST;
    }

    /**
     * The right to renew one connection for 15 seconds, or for the longest call and five more.
     *
     * @param connection which
     * @param epoch grows with each lease; the fence
     * @param kvVersion the vault's version that PostgreSQL knows
     * @param accessTokenLives whether the access token has not ended
     * @param tokenExpiresAt when it ends, as PostgreSQL knows it
     * @param connectionVersion the row's own version
     */
    record Lease(
            UUID connection,
            long epoch,
            int kvVersion,
            boolean accessTokenLives,
            Optional<Instant> tokenExpiresAt,
            long connectionVersion) {}

    /** How long a lease lasts. */
    Duration length() {
        return length;
    }

    /**
     * Takes the lease of an active connection, unless somebody holds it or nobody should ask the partner now. Nor while a
     * reconnect stores its credential: until that is settled, nobody could tell whose credential a renewal would replace.
     */
    @Transactional
    Optional<Lease> take(UUID connection) {
        return session.createNativeQuery("""
                        update connection set lease_owner = :owner, lease_until = now() + :seconds * interval '1 second',
                            epoch = epoch + 1
                        where id = :id and status = 'active' and (lease_until is null or lease_until < now())
                            and (retry_at is null or retry_at <= now())
                            and not exists (select from pending_confirmation
                                where connection = connection.id and own_version is not null)
                        returning epoch, kv_version, coalesce(token_expires_at > now(), false), token_expires_at, version
                        """, Tuple.class)
                .setParameter("owner", owner)
                .setParameter("seconds", length.toSeconds())
                .setParameter("id", connection)
                .getResultStream()
                .findFirst()
                .map(row -> new Lease(
                        connection,
                        row.get(0, Number.class).longValue(),
                        row.get(1, Number.class).intValue(),
                        row.get(2, Boolean.class),
                        Optional.ofNullable(row.get(3, Instant.class)),
                        row.get(4, Number.class).longValue()));
    }

    /**
     * Whether an earlier owner left an open intent, or a credential in the journal. For who has just taken the lease, in the
     * same transaction: an owner that stood still may have announced its intent while the lease was waited for, and the
     * statement that waits sees other tables as they were before.
     */
    @Transactional
    boolean isSomethingLeft(UUID connection) {
        return session.createNativeQuery("""
                        select exists (select from refresh_intent where connection = :id and state = 'SENDING')
                            or exists (select from refresh_journal where connection = :id)
                        """, Boolean.class)
                .setParameter("id", connection)
                .getSingleResult();
    }

    /** Lets a lease last longer, unless it is somebody else's by now. */
    @Transactional
    void prolong(Lease lease) {
        session.createNativeQuery("""
                        update connection set lease_until = now() + :seconds * interval '1 second'
                        where id = :id and epoch = :epoch and lease_owner = :owner
                        """)
                .setParameter("seconds", length.toSeconds())
                .setParameter("id", lease.connection())
                .setParameter("epoch", lease.epoch())
                .setParameter("owner", owner)
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

    /**
     * Locks the connection's row until the caller's transaction ends. To be called before an intent is changed in the same
     * transaction: taking the lease and announcing lock the two rows in this order.
     */
    @Transactional
    void lock(Lease lease) {
        session.createNativeQuery("select 1 from connection where id = :id for no key update", Tuple.class)
                .setParameter("id", lease.connection())
                .getResultList();
    }

    /** Whether nobody has taken the lease since. */
    @Transactional
    boolean isNewest(Lease lease) {
        return !session.createNativeQuery("select 1 from connection where id = :id and epoch = :epoch", Tuple.class)
                .setParameter("id", lease.connection())
                .setParameter("epoch", lease.epoch())
                .getResultList()
                .isEmpty();
    }

    /**
     * Whether the user has connected anew since: what was renewed on top of this version belongs to an older grant (R10).
     * False where nobody noted at which version the newest grant began: then it may be of the same family.
     */
    @Transactional
    boolean isOfOlderGrant(UUID connection, int kvVersion) {
        return !session.createNativeQuery(
                        "select 1 from connection where id = :id and granted_kv_version > :kv", Tuple.class)
                .setParameter("id", connection)
                .setParameter("kv", kvVersion)
                .getResultList()
                .isEmpty();
    }

    /**
     * Whether what the vault holds at this version came by a renewal that has been noted, in whatever process: the last
     * intent is done, and was of this grant. A renewal that failed, and rewrote in place what it did not replace, is none.
     */
    @Transactional
    boolean isRenewed(UUID connection, int kvVersion) {
        return session.createNativeQuery("""
                        select exists (select from refresh_intent i join connection c on c.id = i.connection
                            where c.id = :id and i.state = 'DONE' and i.kv_version < :kv
                                and i.kv_version >= coalesce(c.granted_kv_version, 0))
                        """, Boolean.class)
                .setParameter("id", connection)
                .setParameter("kv", kvVersion)
                .getSingleResult();
    }

    /**
     * Notes a stored credential: the intent is done, the failures are over, the lease is given back and the connection
     * knows what it has, all in one commit; so nobody sees one without the other. False if the connection has ended, or
     * has a newer credential.
     */
    @Transactional
    boolean noteStored(Lease lease, NewCredential credential, Actor actor) {
        // IntentRows.done, in the same statement
        session.createNativeQuery("""
                        with done as (
                            update refresh_intent set state = 'DONE' where connection = :id and epoch <= :epoch)
                        update connection set failures = 0, retry_at = null,
                            lease_owner = case when epoch = :epoch and lease_owner = :owner then null else lease_owner end,
                            lease_until = case when epoch = :epoch and lease_owner = :owner then null else lease_until end
                        where id = :id
                        """)
                .setParameter("id", lease.connection())
                .setParameter("epoch", lease.epoch())
                .setParameter("owner", owner)
                .executeUpdate();
        return lifecycle.renewed(lease.connection(), credential, actor);
    }
}
