package dev.latchkey.connection;

/**
 * A connection has a renewed credential: fired in the transaction that records it, so that caches can take its new state.
 *
 * @param connection as it stands now
 */
record ConnectionRenewed(Connection connection) {}
