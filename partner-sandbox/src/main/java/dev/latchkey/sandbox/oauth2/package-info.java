/** A strict OAuth 2 authorization server (RFC 6749) from which the OAuth 2 partners are built. Shares no code with the broker. */
@NullMarked
package dev.latchkey.sandbox.oauth2;

import org.jspecify.annotations.NullMarked;
