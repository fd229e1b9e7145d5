/** When and how credentials are renewed. */
@NullMarked
package dev.latchkey.refresh;

import org.jspecify.annotations.NullMarked;
