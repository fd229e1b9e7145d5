package dev.latchkey.refresh;

import java.util.UUID;

/**
 * Is told where a renewal stands, so that tests can end or hold it there. In production that is {@link NoKillPoints},
 * which nothing configures and nothing replaces. Thread-safe.
 */
interface KillPoints {

    /** The renewal of a connection has come to a point. */
    void at(KillPoint point, UUID connection);
}
