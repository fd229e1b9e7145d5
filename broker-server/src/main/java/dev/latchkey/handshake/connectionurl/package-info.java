/**
 * The ConnectionURL: a partner's back end calls us in the middle of a browser's flow, and is answered the access code.
 *
 * <p>Owns who may call, and that one code is answered once. Does not take part in the browser's steps; those are {@code
 * dev.latchkey.handshake.browser}.
 */
@NullMarked
package dev.latchkey.handshake.connectionurl;

import org.jspecify.annotations.NullMarked;
