/**
 * Brings the process up: the embedded PostgreSQL, the clock and the source of randomness that everything else is given.
 */
@NullMarked
package dev.latchkey.boot;

import org.jspecify.annotations.NullMarked;
