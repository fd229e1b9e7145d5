/**
 * The organisation's identity provider: its keys, the tokens that it signs, and whom it has disabled.
 *
 * <p>Owns tables {@code identity_principal} and {@code identity_change}. Does not receive the provider's events; that is
 * {@code dev.latchkey.identity}.
 */
@NullMarked
package dev.latchkey.caller.issuer;

import org.jspecify.annotations.NullMarked;
