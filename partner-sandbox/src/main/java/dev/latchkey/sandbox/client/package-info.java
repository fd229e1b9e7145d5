/** A small Java client of the control API, for tests and demos; talks HTTP only and knows no sandbox internals. */
@NullMarked
package dev.latchkey.sandbox.client;

import org.jspecify.annotations.NullMarked;
