/**
 * Which addresses the broker may ever call: the text of a URL, and what its name resolves to.
 *
 * <p>Decides and resolves only. Who connects is {@code dev.latchkey.outbound.client}.
 */
@NullMarked
package dev.latchkey.outbound.guard;

import org.jspecify.annotations.NullMarked;
