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
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/** Rows of pending confirmations. Each method is a transaction of its own. Thread-safe. */
@ApplicationScoped
class ConfirmationRows {

    /** How long a confirmer may work before somebody else finishes its work, as after the death of its process. */
    private static final Duration CLAIM = Duration.ofMinutes(1);

    private final EntityManager entities;
    private final Clock clock;

    ConfirmationRows(EntityManager entities, Clock clock) {
        this.entities = entities;
        this.clock = clock;
    }

    /** How a handle was judged. */
    sealed interface Verdict {

        /**
         * The wait is the confirmer's.
         *
         * @param until how long it would have lasted
         */
        record Right(Instant until) implements Verdict {}

        record Wrong() implements Verdict {}

        /** Wrong for the third time. */
        record Exhausted() implements Verdict {}
    }

    /** What became of a wait whose handle was right. */
    enum Settled {
        /** It has ended, and the connection is active. */
        ACTIVE,
        /** The connection may not be connected any more; the wait stays until its credential has been ended. */
        REFUSED,
        /** Somebody else has settled it. */
        ALREADY
    }

    /**
     * A wait whose time is up.
     *
     * @param stagedVersion the version of its credential, if that was stored
     * @param confirmed whether its handle was right, so that its credential may be the connection's own by now
     * @param ownVersion the version that it was to have as such
     */
    record Expired(UUID connection, int stagedVersion, boolean confirmed, OptionalInt ownVersion) {}

    /** What became of the wait before. */
    enum Replaced {
        /** There was none. */
        NONE,
        /** It has ended, with its handle. */
        ENDED,
        /**
         * The existing confirmation has been claimed with the right handle and is being completed, or is being ended. It
         * stays; the new one was not stored.
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
        if (row == null
                || row.isClaimed()
                || row.wrongHandles >= PendingConfirmationRow.MOST_WRONG_HANDLES
                || !row.expiresAt.isAfter(now)) {
            return new Verdict.Wrong();
        }
        if (handle.hasSha256(row.handleSha256) && row.issuedTo.equals(confirmer)) {
            if (row.stagedVersion != stagedVersion) {
                return new Verdict.Wrong();
            }
            Instant until = row.expiresAt;
            row.claim(now.plus(CLAIM));
            return new Verdict.Right(until);
        }
        row.wrongHandles++;
        return row.wrongHandles >= PendingConfirmationRow.MOST_WRONG_HANDLES
                ? new Verdict.Exhausted()
                : new Verdict.Wrong();
    }

    /** Notes that the version which was aimed at is another's: the credential was not written. */
    @Transactional
    void miss(UUID connection) {
        PendingConfirmationRow row =
                entities.find(PendingConfirmationRow.class, connection, LockModeType.PESSIMISTIC_WRITE);
        if (row != null) {
            row.ownVersion = null;
        }
    }

    /**
     * Gives a claimed wait back, so that the same handle can be tried again; not if its credential may be the connection's
     * own by now, for then nothing may end it.
     */
    @Transactional
    void release(UUID connection, Secret handle, Instant until) {
        PendingConfirmationRow row =
                entities.find(PendingConfirmationRow.class, connection, LockModeType.PESSIMISTIC_WRITE);
        if (row != null && row.isConfirmed() && row.ownVersion == null) {
            row.handleSha256 = handle.sha256();
            row.expiresAt = until;
        }
    }

    /**
     * Notes which version a claimed credential gets as the connection's own, before it is written; false if the wait has been
     * settled meanwhile.
     */
    @Transactional
    boolean aim(UUID connection, int ownVersion) {
        PendingConfirmationRow row =
                entities.find(PendingConfirmationRow.class, connection, LockModeType.PESSIMISTIC_WRITE);
        boolean mine = row != null && row.isConfirmed();
        if (mine) {
            row.ownVersion = ownVersion;
        }
        return mine;
    }

    /** Ends the wait and activates, both or neither. */
    @Transactional
    Settled settle(UUID connection, BooleanSupplier activation) {
        PendingConfirmationRow row =
                entities.find(PendingConfirmationRow.class, connection, LockModeType.PESSIMISTIC_WRITE);
        if (row == null || !row.isConfirmed()) {
            return Settled.ALREADY;
        }
        if (!activation.getAsBoolean()) {
            return Settled.REFUSED;
        }
        entities.remove(row);
        return Settled.ACTIVE;
    }

    /**
     * Claims a wait in order to end it: nobody can confirm or replace it any more. The row stays until its credential has
     * been ended, so that another tries again where that fails; false if there is none, or its handle was right.
     */
    @Transactional
    boolean end(UUID connection) {
        PendingConfirmationRow row =
                entities.find(PendingConfirmationRow.class, connection, LockModeType.PESSIMISTIC_WRITE);
        if (row == null || row.isConfirmed()) {
            return false;
        }
        row.wrongHandles = PendingConfirmationRow.MOST_WRONG_HANDLES;
        row.claim(clock.instant().plus(CLAIM));
        return true;
    }

    /** Removes a wait of which nothing is left, and does what follows from that, both or neither. */
    @Transactional
    void remove(UUID connection, Runnable then) {
        int removed = entities.createQuery("delete from PendingConfirmationRow where connection = :connection")
                .setParameter("connection", connection)
                .executeUpdate();
        if (removed > 0) {
            then.run();
        }
    }

    @Transactional
    List<Expired> expired() {
        return entities
                .createQuery(
                        "from PendingConfirmationRow where expiresAt <= :now order by expiresAt",
                        PendingConfirmationRow.class)
                .setParameter("now", clock.instant())
                .setMaxResults(100)
                .getResultList()
                .stream()
                .map(PendingConfirmationRow::asExpired)
                .toList();
    }
}
