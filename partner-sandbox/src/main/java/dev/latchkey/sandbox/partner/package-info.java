/** One file a partner: its addresses and its rules. The protocol itself lives in oauth2. */
@NullMarked
package dev.latchkey.sandbox.partner;

import org.jspecify.annotations.NullMarked;
