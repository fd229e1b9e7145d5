/**
 * How much one caller may ask for, and how often one source may fail to prove itself.
 *
 * <p>Owns the counts. Does not find out who calls; that is {@code dev.latchkey.caller.authentication}.
 */
@NullMarked
package dev.latchkey.caller.limit;

import org.jspecify.annotations.NullMarked;
