package dev.latchkey.partner.registration;

import dev.latchkey.problem.BrokerException;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;

/** Rows of the table {@code partner}. Writes run in the caller's transaction. Thread-safe. */
@ApplicationScoped
class PartnerRows implements PanacheRepositoryBase<PartnerRow, String> {

    private static final String FINISHED = "('rejected', 'expired', 'revoked')";

    private final EntityManager entities;

    PartnerRows(EntityManager entities) {
        this.entities = entities;
    }

    @Transactional
    Optional<Registration> read(String id) {
        return findByIdOptional(id).map(Registration::of);
    }

    /** At most {@code limit} registrations beyond the cursor, newest first. */
    @Transactional
    List<Registration> page(PageCursor after, int limit) {
        return find("(createdAt, id) < (?1, ?2) order by createdAt desc, id desc", after.createdAt(), after.id())
                .page(0, limit)
                .stream()
                .map(Registration::of)
                .toList();
    }

    @Transactional
    List<String> ids() {
        return listAll().stream().map(row -> row.id).toList();
    }

    PartnerRow require(String id) {
        return findByIdOptional(id).orElseThrow(BrokerException::notFound);
    }

    /**
     * Makes changes of one id follow each other until the transaction ends, also where there is no registration to be
     * locked: by a row that each id has for this alone.
     */
    void serialize(String id) {
        entities.createNativeQuery(
                        "insert into partner_turn (id) values (:id) on conflict (id) do update set id = excluded.id")
                .setParameter("id", id)
                .executeUpdate();
    }

    /** Whether another registration holds the credential with that fingerprint. */
    boolean isElsewhere(String credential, String fingerprint, String id) {
        String sql = "select 1 from partner where id <> :id and fingerprints ->> :name = :mark";
        return !entities.createNativeQuery(sql, Integer.class)
                .setParameter("id", id)
                .setParameter("name", credential)
                .setParameter("mark", fingerprint)
                .getResultList()
                .isEmpty();
    }

    /**
     * Forgets the finished connections of a registration, so that it can be removed. Until the transaction ends nobody
     * can add a connection: the row is locked against the look of their foreign key.
     *
     * @return false if there is a live one, or a token whose revocation at the partner is still to be done
     */
    boolean releaseConnections(String id) {
        entities.createNativeQuery("select 1 from partner where id = :id for update", Integer.class)
                .setParameter("id", id)
                .getSingleResult();
        String live = "select count(*) from connection where partner = :id and status not in " + FINISHED;
        String owed = "select count(*) from pending_revocation where partner = :id";
        if (count(live, id) + count(owed, id) > 0) {
            return false;
        }
        entities.createNativeQuery("delete from connection where partner = :id and status in " + FINISHED)
                .setParameter("id", id)
                .executeUpdate();
        return true;
    }

    /** Sets the mark if it differs; tells whether it did. */
    boolean flipMisconfigured(String id, boolean misconfigured) {
        return update("misconfigured = ?1 where id = ?2 and misconfigured <> ?1", misconfigured, id) > 0;
    }

    private long count(String sql, String id) {
        Object count = entities.createNativeQuery(sql).setParameter("id", id).getSingleResult();
        return ((Number) count).longValue();
    }
}
