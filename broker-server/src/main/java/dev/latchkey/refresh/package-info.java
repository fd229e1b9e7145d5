/**
 * When and how credentials are renewed: a token is spent only by the owner of a lease, only after the vault has proved
 * that it can be written, and what comes back is stored before anybody gets it.
 *
 * <p>Owns the lease columns of a connection, the intents, and the access tokens held in memory. Does not know protocols:
 * it asks {@link dev.latchkey.handshake.Refreshable}.
 */
@NullMarked
package dev.latchkey.refresh;

import org.jspecify.annotations.NullMarked;
