package dev.latchkey.caller;

import dev.latchkey.audit.Actor;
import java.util.Set;

/** The authenticated caller of the current request. */
public sealed interface Caller {

    /** The caller as the audit log names it. */
    Actor actor();

    /**
     * A registered app.
     *
     * @param id the app's id
     * @param actor for the audit log
     */
    record AppCaller(String id, Actor actor) implements Caller {}

    /**
     * A person.
     *
     * @param name the name that self-approval is judged by
     * @param roles the roles carried, see {@link Roles}
     * @param actor for the audit log
     */
    record PersonCaller(String name, Set<String> roles, Actor actor) implements Caller {

        /** Copies. */
        public PersonCaller {
            roles = Set.copyOf(roles);
        }

        /** Whether the person carries the role. */
        public boolean has(String role) {
            return roles.contains(role);
        }
    }
}
