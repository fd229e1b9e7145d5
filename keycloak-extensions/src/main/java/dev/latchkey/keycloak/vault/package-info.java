/**
 * Keycloak's vault on Vault or OpenBao: {@code ${vault.name}} in Keycloak's configuration is read from a KV engine of
 * version 2. Reads only, and only below its own prefix.
 */
@NullMarked
package dev.latchkey.keycloak.vault;

import org.jspecify.annotations.NullMarked;
