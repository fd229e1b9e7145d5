/** The engine around every handshake: tickets, state, redirects, confirmation, the vault write and the audit row. */
@NullMarked
package dev.latchkey.handshake;

import org.jspecify.annotations.NullMarked;
