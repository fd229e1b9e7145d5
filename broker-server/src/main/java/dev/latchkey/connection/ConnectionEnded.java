package dev.latchkey.connection;

import java.util.UUID;

/**
 * A connection has ended for good: fired in the transaction that ends it, for whoever holds something of it in memory.
 *
 * @param id which
 */
public record ConnectionEnded(UUID id) {}
