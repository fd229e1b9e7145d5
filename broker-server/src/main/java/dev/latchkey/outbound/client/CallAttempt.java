package dev.latchkey.outbound.client;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Where one call stands: whether the partner may have seen it. The step to writing and the step to giving up exclude
 * each other, so that a call that was given up unsent is never sent afterwards. Thread-safe.
 */
final class CallAttempt {

    /** The name of the attribute of the HTTP context that carries this. */
    static final String ATTRIBUTE = CallAttempt.class.getName();

    private enum State {
        CONNECTING,
        WRITING,
        ABANDONED
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.CONNECTING);

    /** Taken before the first byte of the request is written; true once at most. */
    boolean beginWriting() {
        return state.compareAndSet(State.CONNECTING, State.WRITING);
    }

    /** Gives up; true if the request was not, and now never will be, written. */
    boolean abandon() {
        return state.compareAndSet(State.CONNECTING, State.ABANDONED);
    }

    /** Whether any byte of the request may have left. */
    boolean mayBeSent() {
        return state.get() == State.WRITING;
    }
}
