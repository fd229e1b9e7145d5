/**
 * The secret type: a value that cannot be printed, serialised or compared in variable time, and whose every reading is
 * a visible act that names its {@link dev.latchkey.secret.Purpose}.
 *
 * <p>Does not store anything; that is {@code dev.latchkey.vault}.
 */
@NullMarked
package dev.latchkey.secret;

import org.jspecify.annotations.NullMarked;
