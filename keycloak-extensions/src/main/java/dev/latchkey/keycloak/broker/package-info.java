/**
 * The way from Keycloak to the broker: bounded calls, and the proof of which client asks. Knows no extension.
 */
@NullMarked
package dev.latchkey.keycloak.broker;

import org.jspecify.annotations.NullMarked;
