/**
 * The append-only record of who did what.
 *
 * <p>An event is durable before its effect is visible to the caller; a secret is released only after its row is
 * committed (R168). Rows hold no secret, only fingerprints (R172).
 */
@NullMarked
package dev.latchkey.audit;

import org.jspecify.annotations.NullMarked;
