/**
 * What holds for every HTTP request, whatever it asks for: its id, limits of size, which hosts and paths are answered,
 * headers of every answer, how JSON is read.
 *
 * <p>Knows no resource and no caller; the form of errors is {@code dev.latchkey.problem}'s.
 */
@NullMarked
package dev.latchkey.http;

import org.jspecify.annotations.NullMarked;
