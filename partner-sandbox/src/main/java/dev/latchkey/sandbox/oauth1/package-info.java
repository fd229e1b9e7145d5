/**
 * OAuth 1.0a as a partner plays it (RFC 5849): temporary credentials, consent, token credentials, signed resources. It
 * checks signatures by code of its own. Which addresses a partner has is said in {@code dev.latchkey.sandbox.partner}.
 */
@NullMarked
package dev.latchkey.sandbox.oauth1;

import org.jspecify.annotations.NullMarked;
