/**
 * Nonces that grow with every request of a key, in the order in which the requests arrive at the partner, whichever
 * process sends them: one lane a key, in which requests go one after another.
 *
 * <p>Does not sign, and does not call partners; who sends holds a turn meanwhile.
 */
@NullMarked
package dev.latchkey.nonce;

import org.jspecify.annotations.NullMarked;
