/**
 * Protocol vocabulary of OAuth 2.0 (RFC 6749 and its relatives): scopes, grant types, error codes.
 *
 * <p>Pure values, no I/O, no dependency on any other package of the broker.
 */
@NullMarked
package dev.latchkey.oauth;

import org.jspecify.annotations.NullMarked;
