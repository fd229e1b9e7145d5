/** Plays the partners as their own documents describe them, and rejects everything else. */
@NullMarked
package dev.latchkey.sandbox;

import org.jspecify.annotations.NullMarked;
