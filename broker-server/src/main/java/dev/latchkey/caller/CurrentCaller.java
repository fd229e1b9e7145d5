package dev.latchkey.caller;

import dev.latchkey.audit.Actor;
import dev.latchkey.caller.Caller.AppCaller;
import dev.latchkey.caller.Caller.PersonCaller;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;

/** Tells who makes the current HTTP request. A bean of the request; not for use outside of one. */
public interface CurrentCaller {

    /** The authenticated caller; {@code unauthenticated} if there is none. */
    Caller get();

    /** The authenticated caller if it is a person; else {@code forbidden} with the given public detail. */
    default PersonCaller person(String detail) {
        if (get() instanceof PersonCaller person) {
            return person;
        }
        throw new BrokerException(ProblemType.FORBIDDEN, detail);
    }

    /** The authenticated caller if it is an app; else {@code forbidden} with the given public detail. */
    default AppCaller app(String detail) {
        if (get() instanceof AppCaller app) {
            return app;
        }
        throw new BrokerException(ProblemType.FORBIDDEN, detail);
    }

    /**
     * The owner of a bearer token that came in the body (RFC 8693's {@code subject_token}), proven as if it had come in
     * the header; {@code invalid_token} or {@code rate_limited} if it proves nothing. Blocks.
     */
    Caller prove(Secret bearer);

    /** The browser (or whoever) of an unauthenticated path, with request id and address. */
    Actor anonymous(Actor.Type type);
}
