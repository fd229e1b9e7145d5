/**
 * Events to apps: an outbox that is written with the change it tells of, and its delivery as signed webhooks.
 *
 * <p>Owns neither what happens to a connection nor which app may use it.
 */
@NullMarked
package dev.latchkey.event;

import org.jspecify.annotations.NullMarked;
