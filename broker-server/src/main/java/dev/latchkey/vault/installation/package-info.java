/**
 * Keys of the installation that are made on first use and kept in the vault: what seals, names and marks by them.
 *
 * <p>Owns those keys and what is done with each. Does not own what is sealed or named, nor where it is kept.
 */
@NullMarked
package dev.latchkey.vault.installation;

import org.jspecify.annotations.NullMarked;
