package dev.latchkey.vault.kv2;

import dev.latchkey.secret.Secret;
import java.time.Duration;

/**
 * A token of ours and how long it lives. Moments are lengths of time since {@link Grants} began.
 *
 * @param token the token
 * @param loggedInAt when we logged in for it
 * @param since when its present life began: the login, or the last renewal
 * @param life how long it lives from then; zero where it does not end
 * @param firstLife how long it lived at its login; a renewal that gives much less has come near the greatest age
 * @param renewable whether it can be renewed
 */
record Grant(Secret token, Duration loggedInAt, Duration since, Duration life, Duration firstLife, boolean renewable) {

    static Grant of(Secret token, Duration now, Duration life, boolean renewable) {
        return new Grant(token, now, now, life, life, renewable);
    }

    Grant renewed(Duration now, Duration newLife) {
        return new Grant(token, loggedInAt, now, newLife, firstLife, renewable);
    }

    boolean isOver(Duration now) {
        return !life.isZero() && now.compareTo(since.plus(life)) >= 0;
    }

    /** Two thirds of its life have passed. */
    boolean isDue(Duration now) {
        return !life.isZero() && now.compareTo(since.plus(life.multipliedBy(2).dividedBy(3))) >= 0;
    }

    /** Renewals no longer give what they gave: a new login is due instead. */
    boolean isAgeing() {
        return !life.isZero() && life.multipliedBy(2).compareTo(firstLife) < 0;
    }
}
