/** Noon's own protocol: service-account keys, the login that answers cookies, and the way a seller's key is given. */
@NullMarked
package dev.latchkey.sandbox.noon;

import org.jspecify.annotations.NullMarked;
