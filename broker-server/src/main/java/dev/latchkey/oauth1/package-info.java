/**
 * OAuth 1.0 as RFC 5849 has it: what of a request is signed, how, and where the protocol's parameters travel. Computes
 * and sends nothing; it does not know where credentials come from.
 */
@NullMarked
package dev.latchkey.oauth1;

import org.jspecify.annotations.NullMarked;
