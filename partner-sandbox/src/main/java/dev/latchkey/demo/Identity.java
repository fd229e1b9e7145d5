package dev.latchkey.demo;

/** Somebody who calls the broker: a person, or an app. */
interface Identity {

    /** Who it is; never what proves it. */
    String name();

    /** The value of {@code Authorization} for the next request. */
    String authorization() throws StepFailed;
}
