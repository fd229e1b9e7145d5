/** What was seen: counters, the last requests, the client assertions. Observes, never decides. */
@NullMarked
package dev.latchkey.sandbox.journal;

import org.jspecify.annotations.NullMarked;
