package dev.latchkey.connection;

import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** Tells apps what happened to a connection: those with a grant on it, and the app that asked for it. Thread-safe. */
public interface ConnectionEvents {

    /** Types of the contract's events. */
    enum Type {
        ACTIVE,
        NEEDS_REAUTH,
        EXPIRED,
        REVOKED,
        /** The partner's token covers other scopes than before (R68). */
        SCOPES_CHANGED;

        /** The {@code type} member: {@code connection.needs_reauth}. */
        public String wireName() {
            return "connection." + name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Records an event for every app that has an events URL and either has a grant on the connection or asked for it.
     * Part of the caller's transaction, so that the event is delivered if and only if the change is committed.
     */
    void publish(Type type, UUID connection, String partner, Map<String, Object> payload);
}
