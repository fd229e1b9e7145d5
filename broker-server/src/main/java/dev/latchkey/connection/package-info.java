/** The consented link between an owner and a partner: its life cycle, its approval, its grants. */
@NullMarked
package dev.latchkey.connection;

import org.jspecify.annotations.NullMarked;
