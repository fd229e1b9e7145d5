package dev.latchkey.connection;

import java.util.UUID;

/**
 * A connection has ended for good: fired in the transaction that ends it, so that caches can drop what they hold of it.
 *
 * @param id which
 */
public record ConnectionEnded(UUID id) {}
