/**
 * What partners' answers mean: of token endpoints, logins and OAuth 1.0, the cookies they set and the lives they state.
 *
 * <p>Owns how an answer is read, and which answers are definitive. Does no I/O, and does not own what was asked.
 */
@NullMarked
package dev.latchkey.handshake.protocol.answer;

import org.jspecify.annotations.NullMarked;
