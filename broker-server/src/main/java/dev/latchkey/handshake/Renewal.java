package dev.latchkey.handshake;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.vault.Credential;

/** How an attempt to renew a credential ended. */
public sealed interface Renewal {

    /**
     * The partner gave a new one; the old one may be dead.
     *
     * @param credential what to store before anything else is done
     */
    record Renewed(Credential credential) implements Renewal {}

    /**
     * The partner's definitive answer is that this credential is over: the user has to connect again.
     *
     * @param reason the partner's code, one of a closed set
     */
    record Refused(String reason) implements Renewal {}

    /** The partner refuses our client, which says nothing about the credential (R59). */
    record ClientRefused() implements Renewal {}

    /**
     * Nothing definitive is known; the credential is kept.
     *
     * @param problem what a waiting caller is told, with the time to wait
     * @param sent whether the partner may have renewed it all the same
     */
    record TryLater(BrokerException problem, boolean sent) implements Renewal {}
}
