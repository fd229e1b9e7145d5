package dev.latchkey.refresh;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/** What is due to be renewed, by the database's clock. Thread-safe. */
@ApplicationScoped
class DueRows {

    private final Session session;

    DueRows(Session session) {
        this.session = session;
    }

    /**
     * A connection that is due.
     *
     * @param connection which
     * @param partner whose
     * @param tokenExpiresAt when its access token ends
     * @param left how long it is not due yet; negative if it has been due for a while
     */
    record Due(UUID connection, String partner, Optional<Instant> tokenExpiresAt, Duration left) {}

    /** Active connections that are due by then and that nobody is renewing, the first ones of each partner. */
    @Transactional
    List<Due> within(Duration ahead, int limit) {
        return session
                .createNativeQuery("""
                        select id, partner, token_expires_at,
                            cast(extract(epoch from refresh_due_at - now()) * 1000 as bigint)
                        from (
                            select id, partner, token_expires_at, refresh_due_at,
                                row_number() over (partition by partner order by refresh_due_at) as place
                            from connection
                            where status = 'active' and refresh_due_at < now() + :ahead * interval '1 second'
                                and (retry_at is null or retry_at < now())
                                and (lease_until is null or lease_until < now())) as waiting
                        where place <= :limit
                        order by refresh_due_at
                        """, Tuple.class)
                .setParameter("limit", limit)
                .setParameter("ahead", ahead.toSeconds())
                .getResultList()
                .stream()
                .map(DueRows::due)
                .toList();
    }

    private static Due due(Tuple row) {
        return new Due(
                row.get(0, UUID.class),
                row.get(1, String.class),
                Optional.ofNullable(row.get(2, Instant.class)),
                Duration.ofMillis(row.get(3, Number.class).longValue()));
    }
}
