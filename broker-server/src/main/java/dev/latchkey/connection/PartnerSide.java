package dev.latchkey.connection;

import dev.latchkey.audit.Actor;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.partner.Partner;
import dev.latchkey.secret.Secret;
import java.util.Map;
import java.util.UUID;

/** What the life cycle asks to be done at the partner. Implemented by the handshake engine. Thread-safe. */
public interface PartnerSide {

    /**
     * Keeps a credential that was obtained elsewhere until its connection is approved; the partner is not asked.
     *
     * @param connection the id that the connection will have
     * @param scopes what it is said to cover
     * @param given its fields, by the partner's own names
     * @throws dev.latchkey.problem.BrokerException {@code invalid_request} with a pointer below {@code /import} if the
     *     partner's connections have no credential of their own, or this is none
     */
    void bring(UUID connection, Partner partner, Scopes scopes, Map<String, Secret> given);

    /** Destroys what was brought along for a connection, if it is still there. */
    void dropBrought(UUID connection);

    /**
     * Connects an approved connection whose credential was brought along, or whose partner needs no browser. Returns when
     * the connection is active, or when the partner did not answer in time or refused for now: then it is tried again later.
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
