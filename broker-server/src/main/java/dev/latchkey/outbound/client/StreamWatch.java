package dev.latchkey.outbound.client;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends a streamed exchange that stands still for too long or takes too long in all. Whoever waits for a side says so
 * before; nobody's time runs while nothing is waited for. Thread-safe; of one use.
 */
final class StreamWatch implements AutoCloseable {

    /** Who is waited for. */
    enum Side {
        /** The partner: to accept bytes, or to send them. */
        PARTNER,
        /** Whoever sends the request's body through us. */
        SENDER,
        NOBODY
    }

    private final long patienceNanos;
    private final long idleNanos;
    private final long end;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile Side side = Side.NOBODY;
    private volatile long due;
    private volatile boolean expired;

    /**
     * Begins now.
     *
     * @param patience for what happens before a body is sent, and for the head of the answer
     * @param idle for a pause in a body
     * @param whole for all
     */
    StreamWatch(Duration patience, Duration idle, Duration whole) {
        this.patienceNanos = patience.toNanos();
        this.idleNanos = idle.toNanos();
        this.end = System.nanoTime() + whole.toNanos();
        awaitHead();
    }

    /** Watches from now on, and runs {@code abort} once if time runs out before {@link #close}. */
    void start(Runnable abort) {
        Thread.ofVirtual().name("partner-stream-watch").start(() -> watch(abort));
    }

    /** From now on that side is waited for; each call gives it new time. */
    void await(Side waitedFor) {
        due = System.nanoTime() + idleNanos;
        side = waitedFor;
    }

    /** From now on the head of the partner's answer is waited for. */
    void awaitHead() {
        due = System.nanoTime() + patienceNanos;
        side = Side.PARTNER;
    }

    /** Nobody is waited for; only the whole time runs. */
    void pause() {
        side = Side.NOBODY;
    }

    boolean isExpired() {
        return expired;
    }

    /** Whom the exchange waits or, expired, waited for. */
    Side side() {
        return side;
    }

    @Override
    public void close() {
        over.countDown();
    }

    private void watch(Runnable abort) {
        try {
            for (long left = left(); left > 0; left = left()) {
                // never longer than the shortest patience, so that a time that is set meanwhile is not slept through
                if (over.await(Math.min(left, Math.min(idleNanos, patienceNanos)), TimeUnit.NANOSECONDS)) {
                    return;
                }
            }
            expired = true;
            abort.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long left() {
        long now = System.nanoTime();
        return side == Side.NOBODY ? end - now : Math.min(end - now, due - now);
    }
}
