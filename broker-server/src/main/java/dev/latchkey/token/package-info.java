/**
 * Hands a short-lived credential to an app that is entitled to it, by the broker's own API and by RFC 8693.
 *
 * <p>Owns the decision and its audit row; the token itself comes from {@code dev.latchkey.refresh}.
 */
@NullMarked
package dev.latchkey.token;

import org.jspecify.annotations.NullMarked;
