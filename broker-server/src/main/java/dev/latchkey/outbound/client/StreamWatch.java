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

    private static final Duration MOMENT = Duration.ofMillis(250);

    private record Wait(Side side, long due) {}

    private final long patienceNanos;
    private final long idleNanos;
    private final long momentNanos;
    private final long end;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile Wait wait;
    private volatile boolean expired;
    private volatile Side overdue = Side.NOBODY;

    /**
     * Begins now.
     *
     * @param patience for what happens before a body is sent, and for the head of the answer
     * @param idle for a pause in a body
     * @param whole for all
     */
    StreamWatch(Duration patience, Duration idle, Duration whole) {
        this(patience, idle, whole, MOMENT);
    }

    /** As above; {@code moment} is how long an overdue wait must stay so before it is judged. */
    StreamWatch(Duration patience, Duration idle, Duration whole, Duration moment) {
        this.patienceNanos = patience.toNanos();
        this.idleNanos = idle.toNanos();
        this.momentNanos = moment.toNanos();
        this.end = System.nanoTime() + whole.toNanos();
        this.wait = new Wait(Side.PARTNER, System.nanoTime() + patienceNanos);
    }

    /** Watches from now on, and runs {@code abort} once if time runs out before {@link #close}. */
    void start(Runnable abort) {
        Thread.ofVirtual().name("partner-stream-watch").start(() -> watch(abort));
    }

    /** From now on that side is waited for; each call gives it new time. */
    void await(Side waitedFor) {
        wait = new Wait(waitedFor, System.nanoTime() + idleNanos);
    }

    /** From now on the head of the partner's answer is waited for. */
    void awaitHead() {
        wait = new Wait(Side.PARTNER, System.nanoTime() + patienceNanos);
    }

    /** Nobody is waited for; only the whole time runs. */
    void pause() {
        wait = new Wait(Side.NOBODY, end);
    }

    boolean isExpired() {
        return expired;
    }

    /** Whom the exchange waits for; once expired, for whom it waited then, whatever it did since. */
    Side side() {
        return expired ? overdue : wait.side();
    }

    @Override
    public void close() {
        over.countDown();
    }

    private void watch(Runnable abort) {
        try {
            Wait late;
            do {
                for (long left = left(wait); left > 0; left = left(wait)) {
                    // never longer than the shortest patience, so that a time that is set meanwhile is not slept
                    // through
                    if (over.await(Math.min(left, Math.min(idleNanos, patienceNanos)), TimeUnit.NANOSECONDS)) {
                        return;
                    }
                }
                // where this process itself stood still, the exchange now goes on, and nobody is to blame
                if (over.await(momentNanos, TimeUnit.NANOSECONDS)) {
                    return;
                }
                late = wait;
            } while (left(late) > 0);
            overdue = late.side();
            expired = true;
            abort.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long left(Wait of) {
        long now = System.nanoTime();
        return Math.min(end - now, of.due() - now);
    }
}
