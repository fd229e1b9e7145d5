package dev.latchkey.refresh;

import dev.latchkey.catalog.entry.RefreshSemantics;
import dev.latchkey.vault.Credential;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;

/**
 * The table of docs/refresh-protocol: what an intent means that was left open, by a process that died or by an answer
 * that was lost. Stateless, and asks nobody.
 */
final class Recovery {

    /** What may pass between the decision to send once more and the arrival at the partner: the longest wait at its gate. */
    private static final Duration ON_THE_WAY = Duration.ofSeconds(3);
    /** Of a short grace, no more than this part is kept for the way. */
    private static final int PART_ON_THE_WAY = 4;

    private Recovery() {}

    /** What is to be done with the credential that the vault holds. */
    enum Finding {
        /** Nothing was sent that is not accounted for. */
        NOTHING_OPEN,
        /** The answer reached the vault: finish what comes after. */
        STORED,
        /** The credential may be sent once more: it is not spent, or still accepted, or there is nothing left to lose. */
        SEND_AGAIN,
        /** Sending it again could end what still works: serve the access token to its end first. */
        WAIT
    }

    /**
     * Decides.
     *
     * @param open the intent that was left open, if there is one
     * @param stored what the vault holds
     * @param semantics what the partner does with a credential that is sent
     * @param accessTokenLives whether the access token has not ended, by the database's clock
     */
    static Finding judge(
            Optional<IntentRows.Intent> open, Credential stored, RefreshSemantics semantics, boolean accessTokenLives) {
        if (open.isEmpty()) {
            return Finding.NOTHING_OPEN;
        }
        IntentRows.Intent intent = open.get();
        if (!MessageDigest.isEqual(intent.spentSha256(), Spent.sha256(stored))) {
            return Finding.STORED;
        }
        boolean harmless = switch (Spent.rotation(stored, semantics)) {
            case NONE -> true;
            case GRACE -> inGrace(intent, semantics.grace());
            case STRICT -> false;
        };
        return harmless || !accessTokenLives ? Finding.SEND_AGAIN : Finding.WAIT;
    }

    /** How long a credential that was sent may be sent once more; empty if it may not, or if there is no such limit. */
    static Optional<Duration> graceLeft(Optional<IntentRows.Intent> open, Credential sent, RefreshSemantics semantics) {
        return open.filter(intent -> Spent.rotation(sent, semantics) == RefreshSemantics.Rotation.GRACE)
                .filter(intent -> inGrace(intent, semantics.grace()))
                .map(intent -> usable(semantics.grace()).minus(intent.age()));
    }

    /**
     * How old the open intent may be at most when the same is announced once more; empty if its age does not count. Its age
     * at the decision says little: the owner may have stood still since.
     */
    static Optional<Duration> replayedWithin(
            Optional<IntentRows.Intent> open, Credential sent, RefreshSemantics semantics, boolean accessTokenLives) {
        return open.filter(intent -> accessTokenLives)
                .filter(intent -> Spent.rotation(sent, semantics) == RefreshSemantics.Rotation.GRACE)
                .map(intent -> usable(semantics.grace()));
    }

    /** Within the partner's grace the same token may be sent once more, and once only. */
    private static boolean inGrace(IntentRows.Intent intent, Duration grace) {
        return intent.sends() == 1 && intent.age().compareTo(usable(grace)) < 0;
    }

    /** The grace is the partner's, and begins with the first sending; what is sent at its end arrives too late. */
    private static Duration usable(Duration grace) {
        Duration part = grace.dividedBy(PART_ON_THE_WAY);
        return grace.minus(part.compareTo(ON_THE_WAY) < 0 ? part : ON_THE_WAY);
    }
}
