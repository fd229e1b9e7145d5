/**
 * Who calls us: internal apps and people, and how they prove it.
 *
 * <p>Owns the register of apps, authentication and roles. Does not decide about a single connection; that is {@code
 * dev.latchkey.connection}.
 */
@NullMarked
package dev.latchkey.caller;

import org.jspecify.annotations.NullMarked;
