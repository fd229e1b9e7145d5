/**
 * The engine around every handshake: what a protocol is given and what it answers, connections that need no browser, the
 * plan of renewals, and revocation at the partner.
 *
 * <p>What differs between protocols is behind {@link dev.latchkey.handshake.Handshake}, one class per protocol in {@code
 * dev.latchkey.handshake.protocol}. What is shared is done once, so that no protocol can forget it: here, in {@code
 * dev.latchkey.handshake.browser} for one-time links, state, browser binding, redirect checks and confirmation, and in
 * {@code dev.latchkey.handshake.connectionurl} for partners that call us.
 */
@NullMarked
package dev.latchkey.handshake;

import org.jspecify.annotations.NullMarked;
