/**
 * What the identity provider says by itself about people and apps: disabled, enabled again, removed.
 *
 * <p>Owns the door for its events, and what an event takes away. Does not decide who is calling; that is {@code
 * dev.latchkey.caller.issuer}, which keeps the list of who is refused.
 */
@NullMarked
package dev.latchkey.identity;

import org.jspecify.annotations.NullMarked;
