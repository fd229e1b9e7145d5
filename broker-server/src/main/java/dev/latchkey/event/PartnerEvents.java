package dev.latchkey.event;

/** Tells apps what a partner sent us. Thread-safe. */
public interface PartnerEvents {

    /**
     * Records the partner's message for every app that takes events and has a grant on a live connection to the
     * registration. Part of the caller's transaction, so that it is delivered if and only if that is committed. Messages of
     * one registration are delivered to an app in the order in which they were published, if the caller publishes them one
     * after the other.
     *
     * @param partner the registration
     * @param unsigned whether nothing but our own unguessable URL says that the partner sent it
     * @param payload a JSON value, taken over as it stands
     * @return for how many apps it was recorded
     */
    int publish(String partner, boolean unsigned, String payload);
}
