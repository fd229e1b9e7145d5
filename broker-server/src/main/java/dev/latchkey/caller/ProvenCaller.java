package dev.latchkey.caller;

import java.util.Set;

/** Who a credential belongs to, whatever request it came with. Immutable. */
public sealed interface ProvenCaller {

    /** The app's id or the person's name. */
    String name();

    /** The roles, as in {@link Roles}. */
    Set<String> roles();

    /**
     * A registered app.
     *
     * @param name its id
     */
    record ProvenApp(String name) implements ProvenCaller {
        @Override
        public Set<String> roles() {
            return Set.of(Roles.APP);
        }
    }

    /**
     * A person.
     *
     * @param name what the person is called in the audit log
     * @param roles those of the broker's roles that the person carries
     */
    record ProvenPerson(String name, Set<String> roles) implements ProvenCaller {

        /** Copies. */
        public ProvenPerson {
            roles = Set.copyOf(roles);
        }
    }
}
