/**
 * Versioned, sealed storage of everything that is secret and lives longer than a request, with the semantics of Vault's
 * KV version 2: check-and-set writes, two versions kept, deletion is final.
 *
 * <p>Owns the store's contract and the forms of stored credentials. Does not decide who may read: its callers do.
 */
@NullMarked
package dev.latchkey.vault;

import org.jspecify.annotations.NullMarked;
