/**
 * What stands between us and a partner so that neither harms the other: a breaker and a number of places for each
 * registration, one rate that all processes share, and the pauses that a partner asks for.
 *
 * <p>Owns the tables {@code partner_rate} and {@code partner_pause}. Knows registrations by their ids only, and nothing of
 * what is sent.
 */
@NullMarked
package dev.latchkey.protection;

import org.jspecify.annotations.NullMarked;
