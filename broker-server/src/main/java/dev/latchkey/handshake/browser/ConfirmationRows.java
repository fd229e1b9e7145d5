package dev.latchkey.handshake.browser;

import dev.latchkey.secret.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/** Rows of pending confirmations. Each method is a transaction of its own. Thread-safe. */
@ApplicationScoped
class ConfirmationRows {

    private static final int MOST_WRONG_HANDLES = 3;

    /** How long a confirmer may work before the wait counts as abandoned by a process that died. */
    private static final Duration CLAIM = Duration.ofMinutes(1);

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

    /** What became of the wait before. */
    enum Replaced {
        /** There was none. */
        NONE,
        /** It has ended, with its handle. */
        ENDED,
        /**
         * The existing confirmation has been claimed with the right handle and is being completed. It stays; the new one
         * was not stored.
         */
        CLAIMED
    }

    /**
     * Begins a wait, before its credential is stored, so that whatever is stored is found again after a crash (R28).
     *
     * @param stagedVersion the version that the staged credential will have
     */
    @Transactional
    Replaced put(UUID connection, Secret handle, String issuedTo, int stagedVersion) {
        PendingConfirmationRow known =
                entities.find(PendingConfirmationRow.class, connection, LockModeType.PESSIMISTIC_WRITE);
        if (known != null && known.isClaimed()) {
            return Replaced.CLAIMED;
        }
        PendingConfirmationRow row = known == null ? new PendingConfirmationRow() : known;
        row.connection = connection;
        row.handleSha256 = handle.sha256();
        row.issuedTo = issuedTo;
        row.wrongHandles = 0;
        row.stagedVersion = stagedVersion;
        row.expiresAt = clock.instant().plus(BrowserSteps.LIFE);
        if (known == null) {
            entities.persist(row);
        }
        return known == null ? Replaced.NONE : Replaced.ENDED;
    }

    /**
     * Judges a handle and counts a wrong one; a right handle from the wrong confirmer is a wrong one. The first right one
     * claims the wait: nobody else can confirm, replace or end it while the confirmer works.
     *
     * @param stagedVersion the version of the credential that the confirmer has read
     */
    @Transactional
    Verdict claim(UUID connection, Secret handle, String confirmer, int stagedVersion) {
        PendingConfirmationRow row =
                entities.find(PendingConfirmationRow.class, connection, LockModeType.PESSIMISTIC_WRITE);
        Instant now = clock.instant();
        if (row == null || row.isClaimed() || row.wrongHandles >= MOST_WRONG_HANDLES || !row.expiresAt.isAfter(now)) {
            return Verdict.WRONG;
        }
        if (handle.hasSha256(row.handleSha256) && row.issuedTo.equals(confirmer)) {
            if (row.stagedVersion != stagedVersion) {
                return Verdict.WRONG;
            }
            row.claim(now.plus(CLAIM));
            return Verdict.RIGHT;
        }
        row.wrongHandles++;
        return row.wrongHandles >= MOST_WRONG_HANDLES ? Verdict.EXHAUSTED : Verdict.WRONG;
    }

    /** Gives a claimed wait back, so that the same handle can be tried again. */
    @Transactional
    void release(UUID connection, Secret handle) {
        PendingConfirmationRow row =
                entities.find(PendingConfirmationRow.class, connection, LockModeType.PESSIMISTIC_WRITE);
        if (row != null) {
            row.handleSha256 = handle.sha256();
        }
    }

    /** Ends the wait and activates, both or neither; false if the wait had ended before or the activation is refused. */
    @Transactional
    boolean settle(UUID connection, BooleanSupplier activation) {
        return remove(connection) && activation.getAsBoolean();
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
