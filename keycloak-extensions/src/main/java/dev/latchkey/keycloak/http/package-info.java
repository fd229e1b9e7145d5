/** Answers that are bounded in time and size, for all that Keycloak waits for. */
@NullMarked
package dev.latchkey.keycloak.http;

import org.jspecify.annotations.NullMarked;
