/**
 * The consented link between an owner and a partner: its life cycle, its approval, its grants.
 *
 * <p>Owns every change of a connection's status and the rules of who may ask, decide and use. Does not talk to
 * partners: what has to be done there is asked of {@link dev.latchkey.connection.PartnerSide}.
 */
@NullMarked
package dev.latchkey.connection;

import org.jspecify.annotations.NullMarked;
