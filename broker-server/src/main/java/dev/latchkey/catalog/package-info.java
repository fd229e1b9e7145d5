/**
 * Partners' APIs as data: one YAML row a partner, checked against a closed schema before it is used.
 *
 * <p>Owns the rows that ship with the broker, the operator's own rows and the API that lists them. Does not hold our
 * registrations at partners; that is {@code dev.latchkey.partner}.
 */
@NullMarked
package dev.latchkey.catalog;

import org.jspecify.annotations.NullMarked;
