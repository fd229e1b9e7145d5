/**
 * One final class a protocol; what several of them say to a partner (token endpoint, client authentication, ID token)
 * stands beside them, and what its answers mean is in {@code handshake.protocol.answer}. What every handshake needs whatever
 * its protocol is done in the engine around it.
 */
@NullMarked
package dev.latchkey.handshake.protocol;

import org.jspecify.annotations.NullMarked;
