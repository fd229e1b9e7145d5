/**
 * Requests of apps that the broker signs, or sends for them with the partner's credential. Owns what an app may have signed,
 * and the schemes; does not own how a credential is come by.
 */
@NullMarked
package dev.latchkey.signing;

import org.jspecify.annotations.NullMarked;
