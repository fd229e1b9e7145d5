package dev.latchkey.demo;

/** A partner that the demo can show. */
interface DemoPartner {

    /** The row's name: the catalog id. */
    String name();

    /**
     * Plays the whole story, step by step.
     *
     * @throws StepFailed at the first step that does not go as it should
     */
    Outcome play(Stage stage) throws StepFailed;

    /**
     * What a story showed.
     *
     * @param renewals how many times the partner issued a further access token
     * @param lifetimeSeconds what the app was told of the first token's life; 0 where each request is signed
     * @param app who may use the connection
     * @param connection the active connection's id
     */
    record Outcome(long renewals, long lifetimeSeconds, Identity app, String connection) {}
}
