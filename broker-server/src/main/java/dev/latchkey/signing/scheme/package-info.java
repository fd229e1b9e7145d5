/**
 * The schemes by which a partner has single requests signed: one final class each, and the forms and bodies that they read.
 *
 * <p>Owns what a request looks like when it is signed. Does not own who may have one signed, nor sending it.
 */
@NullMarked
package dev.latchkey.signing.scheme;

import org.jspecify.annotations.NullMarked;
