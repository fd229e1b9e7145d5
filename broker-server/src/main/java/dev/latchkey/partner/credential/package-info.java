/**
 * The credentials of our clients at partners: their forms, what is checked before they are kept, and the marks by which an
 * admin tells them apart.
 *
 * <p>Keeps none itself; they lie in the vault.
 */
@NullMarked
package dev.latchkey.partner.credential;

import org.jspecify.annotations.NullMarked;
