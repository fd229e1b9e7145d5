/**
 * Token exchange (RFC 8693) at Keycloak's own token endpoint: an app that knows only Keycloak gets what the broker hands
 * out, under the broker's policy. Decides nothing about connections; the broker does.
 */
@NullMarked
package dev.latchkey.keycloak.exchange;

import org.jspecify.annotations.NullMarked;
