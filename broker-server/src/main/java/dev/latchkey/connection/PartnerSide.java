package dev.latchkey.connection;

import dev.latchkey.audit.Actor;
import java.util.UUID;

/** What the life cycle asks to be done at the partner. Implemented by the handshake engine. Thread-safe. */
public interface PartnerSide {

    /**
     * Begins the handshake of an approved connection whose partner needs no browser. Returns when it is active, or when
     * the partner did not answer in time or refused for now: then it is tried again later.
     */
    void connect(UUID connection, Actor actor);

    /**
     * Ends a connection whose status is already final: destroys its credential here at once and revokes it at the
     * partner (R103).
     *
     * @return whether the partner has done so (or has nothing to do); false if it is tried again later
     */
    boolean disconnect(Connection connection, Actor actor);
}
