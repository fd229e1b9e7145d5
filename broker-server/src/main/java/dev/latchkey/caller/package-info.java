/**
 * Who calls us: internal apps and people, and how they prove it.
 *
 * <p>Owns what every feature asks: the caller of the request and the roles. The floors below own how that is found out: the
 * register of apps, the identity provider's word, authentication and limits. Does not decide about a single connection;
 * that is {@code dev.latchkey.connection}.
 */
@NullMarked
package dev.latchkey.caller;

import org.jspecify.annotations.NullMarked;
