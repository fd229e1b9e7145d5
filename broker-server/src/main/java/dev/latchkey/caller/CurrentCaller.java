package dev.latchkey.caller;

import dev.latchkey.audit.Actor;

/** Tells who makes the current HTTP request. A bean of the request; not for use outside of one. */
public interface CurrentCaller {

    /** The authenticated caller; {@code unauthenticated} if there is none. */
    Caller get();

    /** The browser (or whoever) of an unauthenticated path, with request id and address. */
    Actor anonymous(Actor.Type type);
}
