/**
 * The way of a user's browser: the link, the partner, the way back, and the confirmation by the asking app.
 *
 * <p>Owns links, states and confirmations that are waited for. Does not speak a partner's protocol; that is done by the one
 * {@link dev.latchkey.handshake.Handshake} of its kind.
 */
@NullMarked
package dev.latchkey.handshake.browser;

import org.jspecify.annotations.NullMarked;
