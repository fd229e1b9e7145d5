/**
 * Requests of apps that the broker signs, or sends for them with the partner's credential. Owns what an app may have signed;
 * does not own how a credential is come by, nor the schemes, which are in {@code signing.scheme}.
 */
@NullMarked
package dev.latchkey.signing;

import org.jspecify.annotations.NullMarked;
