/** Hands a short-lived credential to an app that is entitled to it, by our own API and by RFC 8693. */
@NullMarked
package dev.latchkey.token;

import org.jspecify.annotations.NullMarked;
