/** Faults that a test orders over HTTP: how they are matched, counted down and sent. Owns no partner state. */
@NullMarked
package dev.latchkey.sandbox.fault;

import org.jspecify.annotations.NullMarked;
