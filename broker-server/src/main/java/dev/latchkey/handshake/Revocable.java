package dev.latchkey.handshake;

import dev.latchkey.vault.Credential;

/** A protocol whose credentials can be ended at the partner. */
public interface Revocable {

    /** How an attempt to revoke ended. */
    enum Revocation {
        /** The partner has ended it, or has no way to. */
        DONE,
        /** The partner must be assumed to still accept it (RFC 7009 section 2.2.1). */
        TRY_LATER
    }

    /** Asks the partner to end the credential: one attempt on the wire. */
    Revocation revoke(HandshakeContext context, Credential credential);
}
