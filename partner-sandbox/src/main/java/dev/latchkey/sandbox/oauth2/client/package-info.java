/** Registered clients and how they prove who they are (RFC 6749 s.2.3, RFC 7523). Issues nothing. */
@NullMarked
package dev.latchkey.sandbox.oauth2.client;

import org.jspecify.annotations.NullMarked;
