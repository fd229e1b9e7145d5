package dev.latchkey.demo;

/** A step of a story did not go as it should. The message is for the person who watches and holds no secret. */
final class StepFailed extends Exception {
    private static final long serialVersionUID = 1L;

    StepFailed(String message) {
        super(message);
    }
}
