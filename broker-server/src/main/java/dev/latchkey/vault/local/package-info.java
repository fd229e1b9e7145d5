/** The secret store of the embedded default: envelope encryption with Tink, kept in the broker's own database. */
@NullMarked
package dev.latchkey.vault.local;

import org.jspecify.annotations.NullMarked;
