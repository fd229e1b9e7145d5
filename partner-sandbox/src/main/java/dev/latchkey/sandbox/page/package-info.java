/** HTML for a person: escaping, the consent page, the overview. Takes no decision. */
@NullMarked
package dev.latchkey.sandbox.page;

import org.jspecify.annotations.NullMarked;
