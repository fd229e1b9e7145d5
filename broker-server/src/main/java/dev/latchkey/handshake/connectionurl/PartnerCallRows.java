package dev.latchkey.handshake.connectionurl;

import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.secret.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.Session;

/**
 * One-time codes that partners bring, and how often they came; all by the database's clock. A code ends with its flow:
 * when the browser is back, there is none. Thread-safe.
 */
@ApplicationScoped
class PartnerCallRows {

    private final Session session;
    private final AuditLog audit;

    PartnerCallRows(Session session, AuditLog audit) {
        this.session = session;
        this.audit = audit;
    }

    /** The flow that a code belongs to. */
    record Flow(UUID id, UUID connection) {}

    /** What a call with a right code is. */
    enum Turn {
        FIRST,
        /** The second one, within 30 seconds of the first. */
        SECOND,
        TOO_MANY
    }

    /** The flow of a code that lives and was made for this registration. */
    @Transactional
    Optional<Flow> find(Secret code, String registration) {
        return session.createNativeQuery("""
                        select id, connection from pending_handshake
                        where partner_code_sha256 = :digest and partner = :partner
                            and created_at > clock_timestamp() - interval '5 minutes'
                        """, Tuple.class)
                .setParameter("digest", code.sha256())
                .setParameter("partner", registration)
                .getResultStream()
                .findFirst()
                .map(row -> new Flow(row.get(0, UUID.class), row.get(1, UUID.class)));
    }

    /** Counts a call; the audit row of one that is answered at once is committed with it. */
    @Transactional
    Turn count(Flow flow, AuditEvent answered) {
        Optional<Tuple> row = session.createNativeQuery("""
                        update pending_handshake set partner_calls = partner_calls + 1,
                            partner_called_at = coalesce(partner_called_at, clock_timestamp())
                        where id = :id
                        returning partner_calls, partner_called_at > clock_timestamp() - interval '30 seconds'
                        """, Tuple.class)
                .setParameter("id", flow.id())
                .getResultStream()
                .findFirst();
        int calls = row.map(it -> it.get(0, Number.class).intValue()).orElse(Integer.MAX_VALUE);
        if (calls == 1) {
            audit.append(answered);
            return Turn.FIRST;
        }
        boolean soon = row.map(it -> it.get(1, Boolean.class)).orElse(false);
        return calls == 2 && soon ? Turn.SECOND : Turn.TOO_MANY;
    }

    /** Whether nobody came with the same code after the second call. */
    @Transactional
    boolean isStillSecond(Flow flow, AuditEvent answered) {
        boolean second = !session.createNativeQuery(
                        "select 1 from pending_handshake where id = :id and partner_calls = 2", Integer.class)
                .setParameter("id", flow.id())
                .getResultList()
                .isEmpty();
        if (second) {
            audit.append(answered);
        }
        return second;
    }

    /** No further call with this code is answered. */
    @Transactional
    void close(Flow flow) {
        session.createNativeQuery("update pending_handshake set partner_calls = partner_calls + 2 where id = :id")
                .setParameter("id", flow.id())
                .executeUpdate();
    }
}
