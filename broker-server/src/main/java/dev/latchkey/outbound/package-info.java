/**
 * The one way out to partners: a guarded HTTP client that sends once, follows no redirect, bounds what it reads and
 * connects only to vetted addresses.
 *
 * <p>Knows nothing of OAuth or of any partner.
 */
@NullMarked
package dev.latchkey.outbound;

import org.jspecify.annotations.NullMarked;
