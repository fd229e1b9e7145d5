package dev.latchkey.audit;

/**
 * Writes audit rows. Thread-safe.
 *
 * <p>Both methods return only when the row is committed, and throw {@link dev.latchkey.problem.BrokerException} with
 * {@code store_unavailable} if it cannot be: then nothing may be released and nothing may be changed.
 */
public interface AuditLog {

    /**
     * Writes one row. Inside a transaction of the caller, the row is part of it: the change and its record are committed
     * together or not at all. Outside, the row shares a commit with others that came in meanwhile.
     */
    void append(AuditEvent event);

    /**
     * Writes one row if the event's connection is still {@code active} at the given version, in the same statement that
     * looks; what a hand-out asks just before it answers, so that no cache can release a token after a revocation was
     * committed (R104). Always outside a transaction of the caller.
     *
     * @param event about a connection
     * @param connectionVersion the version of the connection's row that the decision was made on
     * @return false if the connection has changed meanwhile; no row was written then
     */
    boolean appendIfCurrent(AuditEvent event, long connectionVersion);
}
