/**
 * Finds out who makes a request: reads what is presented, proves it, and remembers for a short while that it was proven.
 *
 * <p>Owns the secrets of apps as credentials and the two people of the embedded default. Does not judge tokens of the
 * identity provider; that is {@code dev.latchkey.caller.issuer}.
 */
@NullMarked
package dev.latchkey.caller.authentication;

import org.jspecify.annotations.NullMarked;
