/** Start-up checks and health: an unknown key stops the start, each risky setting is named. */
@NullMarked
package dev.latchkey.readiness;

import org.jspecify.annotations.NullMarked;
