package dev.latchkey.connection;

/**
 * A connection has a renewed credential: fired in the transaction that notes it, for whoever remembers the connection.
 *
 * @param connection as it stands now
 */
record ConnectionRenewed(Connection connection) {}
