/** A real Keycloak with our jar in it for Keycloak's own test framework, and the peers that its extensions talk to. */
@NullMarked
package dev.latchkey.keycloak.testkit;

import org.jspecify.annotations.NullMarked;
