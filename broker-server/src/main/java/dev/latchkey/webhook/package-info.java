/**
 * What partners send us by themselves: the challenge of a new URL, and events, accepted durably or not at all.
 *
 * <p>Owns neither the URLs ({@code dev.latchkey.partner}) nor the way to the apps ({@code dev.latchkey.event}).
 */
@NullMarked
package dev.latchkey.webhook;

import org.jspecify.annotations.NullMarked;
