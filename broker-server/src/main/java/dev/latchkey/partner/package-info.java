/**
 * Our registrations at partners: which catalog row, which client, which settings.
 *
 * <p>Owns what other features see of one: the partner, and its addresses with the metadata of its issuer. How it is made and
 * kept is in {@code dev.latchkey.partner.registration}. The client's credentials are in the vault; in the database stand
 * only their fingerprints.
 */
@NullMarked
package dev.latchkey.partner;

import org.jspecify.annotations.NullMarked;
