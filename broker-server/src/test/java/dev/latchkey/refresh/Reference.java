package dev.latchkey.refresh;

/**
 * What may be seen of a connection to a strict partner, whatever happened to its replicas: the whole specification. A
 * connection is only lost if an answer of the partner died with its process, or if somebody who was frozen past his lease
 * sends after the access token has ended; both are in docs/refresh-protocol, under what remains impossible.
 */
final class Reference {

    private boolean ended;
    private boolean revoked;
    private boolean answerDied;
    private boolean mayBeLost;
    private boolean mayBeOpen;
    private int newest;

    /** A new grant: nothing of the one before counts. */
    void connected() {
        ended = false;
        revoked = false;
        answerDied = false;
        mayBeLost = false;
        mayBeOpen = false;
    }

    void accessTokenEnded() {
        ended = true;
    }

    void revoked() {
        revoked = true;
    }

    /** Some replica is dead or frozen between sending and storing. */
    void somebodyHangs(boolean knowsTheAnswer, boolean forGood) {
        mayBeOpen = true;
        answerDied |= forGood && knowsTheAnswer;
        mayBeLost |= !forGood && ended;
    }

    void handedOut(int version, boolean lives) {
        newest = Math.max(newest, version);
        ended &= !lives;
    }

    /** Nobody hangs any more, and a renewal went through. */
    void healthy() {
        connected();
    }

    /** No caller that begins now may get anything older (R15). */
    int oldestAllowed() {
        return newest;
    }

    boolean isRevoked() {
        return revoked;
    }

    /** Nobody finds out about an answer that died before there is nothing left to lose: the access token works till then. */
    boolean mayBeLost() {
        return mayBeLost || (answerDied && ended);
    }

    boolean mayBeOpen() {
        return mayBeOpen;
    }
}
