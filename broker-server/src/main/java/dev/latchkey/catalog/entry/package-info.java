/**
 * One row of the catalog as the other features see it: a partner's API in values, all of them immutable.
 *
 * <p>Reads nothing. Files and settings become entries in {@code dev.latchkey.catalog}.
 */
@NullMarked
package dev.latchkey.catalog.entry;

import org.jspecify.annotations.NullMarked;
