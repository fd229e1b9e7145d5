/**
 * What an operator has set, or left as it was, that endangers secrets: looked for at each start, and whenever an admin
 * asks. Owns no setting itself but two: whether this is production, and which risks are accepted there.
 */
@NullMarked
package dev.latchkey.readiness.risk;

import org.jspecify.annotations.NullMarked;
