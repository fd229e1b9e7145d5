/**
 * The handshake in which the partner calls the integrator: a one-time code goes with the browser, comes back over the
 * partner's own call to a ConnectionURL, and is answered by an access code that buys the tokens.
 */
@NullMarked
package dev.latchkey.sandbox.callback;

import org.jspecify.annotations.NullMarked;
