/** One final class a protocol. What every protocol needs is done once, in the engine around it. */
@NullMarked
package dev.latchkey.handshake.protocol;

import org.jspecify.annotations.NullMarked;
