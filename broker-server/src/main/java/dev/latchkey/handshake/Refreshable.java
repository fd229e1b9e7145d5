package dev.latchkey.handshake;

import dev.latchkey.vault.Credential;

/** A protocol whose credentials can be renewed without a person. */
public interface Refreshable {

    /**
     * Asks the partner for a new credential: one attempt on the wire.
     *
     * @param context the partner; its scopes are what the credential shall cover
     * @param current the credential to renew
     * @throws dev.latchkey.problem.BrokerException {@code partner_misconfigured}, before anything is sent, if what is
     *     registered does not allow to ask; a partner that refuses our client is {@link Renewal.ClientRefused}
     */
    Renewal renew(HandshakeContext context, Credential current);

    /** Whether a credential holds what a renewal needs. */
    boolean canRenew(Credential current);
}
