package dev.latchkey.keycloak.lifecycle;

/**
 * What has become of somebody.
 *
 * @param kind what kind of principal
 * @param name the id of a user, or the client id of a client
 * @param state how it stands now
 */
record Change(Kind kind, String name, State state) {

    /** Kinds of principals. */
    enum Kind {
        USER("https://schemas.openid.net/secevent/risc/event-type/account-"),
        CLIENT("urn:latchkey:identity:client-");

        private final String events;

        Kind(String events) {
            this.events = events;
        }
    }

    /** How somebody stands. */
    enum State {
        ENABLED("enabled"),
        DISABLED("disabled"),
        PURGED("purged");

        private final String word;

        State(String word) {
            this.word = word;
        }

        static State of(boolean enabled) {
            return enabled ? ENABLED : DISABLED;
        }
    }

    static Change user(String id, State state) {
        return new Change(Kind.USER, id, state);
    }

    static Change client(String clientId, State state) {
        return new Change(Kind.CLIENT, clientId, state);
    }

    /** The type of the event: RISC's for accounts (OpenID RISC 1.0 section 2), ours for clients, which RISC has none for. */
    String eventType() {
        return kind.events + state.word;
    }
}
