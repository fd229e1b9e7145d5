/** Codes, token families and their refresh semantics, one lock a family. Knows no HTTP. */
@NullMarked
package dev.latchkey.sandbox.oauth2.grant;

import org.jspecify.annotations.NullMarked;
