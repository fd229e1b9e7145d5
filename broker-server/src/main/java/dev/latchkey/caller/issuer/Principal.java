package dev.latchkey.caller.issuer;

import java.util.Locale;

/**
 * Somebody whom the identity provider knows.
 *
 * @param kind what kind
 * @param name the subject of a person (claim {@code sub}), or the id of a client (claim {@code azp})
 */
public record Principal(Kind kind, String name) {

    /** Kinds of principals. */
    public enum Kind {
        /** A person, or the account that stands for a client. */
        PERSON,
        /** An OAuth client; an app where one is registered by its id. */
        CLIENT;

        /** As it stands in a row. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        /**
         * The kind of a row.
         *
         * @throws IllegalArgumentException if there is none of that name
         */
        public static Kind ofWire(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT));
        }
    }

    static Principal person(String subject) {
        return new Principal(Kind.PERSON, subject);
    }

    /** An OAuth client. */
    public static Principal client(String id) {
        return new Principal(Kind.CLIENT, id);
    }
}
