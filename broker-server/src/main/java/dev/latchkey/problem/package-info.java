/**
 * The catalogue of errors and their two writers: {@code application/problem+json} (RFC 9457) for the broker's API and
 * RFC 6749 section 5.2 JSON for OAuth endpoints.
 *
 * <p>Nothing that is derived from an exception's message or class ever reaches a caller.
 */
@NullMarked
package dev.latchkey.problem;

import org.jspecify.annotations.NullMarked;
