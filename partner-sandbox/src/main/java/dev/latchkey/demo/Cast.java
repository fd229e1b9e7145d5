package dev.latchkey.demo;

/** Who plays: the people, and how an app that the broker knows proves who it is. */
interface Cast {

    /** Registers partners and apps. */
    Identity admin();

    /** Approves connections. */
    Identity approver();

    /**
     * An app that has just been registered.
     *
     * @param id its id at the broker
     * @param password what the broker made up for it
     */
    Identity app(String id, String password) throws StepFailed;
}
