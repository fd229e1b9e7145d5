/** The control API over which tests register clients, order faults and read what happened. Not a partner. */
@NullMarked
package dev.latchkey.sandbox.control;

import org.jspecify.annotations.NullMarked;
