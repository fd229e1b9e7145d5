/**
 * Our registrations at partners: which catalog row, which client, which settings.
 *
 * <p>The client's credentials are in the vault; here stand only their fingerprints.
 */
@NullMarked
package dev.latchkey.partner;

import org.jspecify.annotations.NullMarked;
