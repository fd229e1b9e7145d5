package dev.latchkey.handshake;

import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.List;
import java.util.UUID;

/** Rows of confirmations that are waited for. Each method is a transaction of its own. Thread-safe. */
@ApplicationScoped
class ConfirmationRows {

    private static final int MOST_WRONG_HANDLES = 3;

    private final EntityManager entities;
    private final Clock clock;

    ConfirmationRows(EntityManager entities, Clock clock) {
        this.entities = entities;
        this.clock = clock;
    }

    /** How a handle was judged. */
    enum Verdict {
        RIGHT,
        WRONG,
        /** Wrong for the third time. */
        EXHAUSTED
    }

    @Transactional
    void put(UUID connection, Secret handle, String issuedTo, int stagedVersion, Credential credential) {
        PendingConfirmationRow known =
                entities.find(PendingConfirmationRow.class, connection, LockModeType.PESSIMISTIC_WRITE);
        PendingConfirmationRow row = known == null ? new PendingConfirmationRow() : known;
        row.connection = connection;
        row.handleSha256 = handle.sha256();
        row.issuedTo = issuedTo;
        row.wrongHandles = 0;
        row.stagedVersion = stagedVersion;
        row.tokenExpiresAt = RefreshPlan.expiryOf(credential);
        row.scopes = credential.scopes().asList().toArray(String[]::new);
        row.expiresAt = clock.instant().plus(BrowserSteps.LIFE);
        if (known == null) {
            entities.persist(row);
        }
    }

    /** Judges a handle and counts a wrong one; a right handle from the wrong confirmer is a wrong one. */
    @Transactional
    Verdict check(UUID connection, Secret handle, String confirmer) {
        PendingConfirmationRow row =
                entities.find(PendingConfirmationRow.class, connection, LockModeType.PESSIMISTIC_WRITE);
        if (row == null || !row.expiresAt.isAfter(clock.instant())) {
            return Verdict.WRONG;
        }
        if (handle.hasSha256(row.handleSha256) && row.issuedTo.equals(confirmer)) {
            return Verdict.RIGHT;
        }
        row.wrongHandles++;
        return row.wrongHandles >= MOST_WRONG_HANDLES ? Verdict.EXHAUSTED : Verdict.WRONG;
    }

    /** Ends the wait; false if it had ended before. */
    @Transactional
    boolean remove(UUID connection) {
        return entities.createQuery("delete from PendingConfirmationRow where connection = :connection")
                        .setParameter("connection", connection)
                        .executeUpdate()
                > 0;
    }

    @Transactional
    List<UUID> expired() {
        return entities.createQuery("select connection from PendingConfirmationRow where expiresAt <= :now", UUID.class)
                .setParameter("now", clock.instant())
                .setMaxResults(100)
                .getResultList();
    }
}
