/**
 * The secret store of production: KV version 2 of HashiCorp Vault or OpenBao, over the Vault Java Driver.
 *
 * <p>Owns the way to that server (one client, bounded in time, size and number), the life of our token there, and what
 * each of its answers means. Nothing of an answer, and no text of the driver's exceptions, reaches a log or a caller.
 */
@NullMarked
package dev.latchkey.vault.kv2;

import org.jspecify.annotations.NullMarked;
