/** Starts the broker. Everything else lives in the package of its feature; see {@code docs/architecture.md}. */
@NullMarked
package dev.latchkey;

import org.jspecify.annotations.NullMarked;
