/**
 * Life-cycle events: tells the broker who was disabled, enabled again or removed, at least once and in order.
 *
 * <p>Owns an outbox in Keycloak's own database, written in the transaction of the change. Decides nothing about what the
 * broker does then.
 */
@NullMarked
package dev.latchkey.keycloak.lifecycle;

import org.jspecify.annotations.NullMarked;
