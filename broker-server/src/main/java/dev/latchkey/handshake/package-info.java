/**
 * The engine around every handshake: one-time links, state, browser binding, redirect checks, the vault write,
 * confirmation by the asking app, revocation at the partner, and the audit rows.
 *
 * <p>What differs between protocols is behind {@link dev.latchkey.handshake.Handshake}, one class a protocol in {@code
 * dev.latchkey.handshake.protocol}. What is shared is done here, once, so that no protocol can forget it.
 */
@NullMarked
package dev.latchkey.handshake;

import org.jspecify.annotations.NullMarked;
