package dev.latchkey.testkit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long the machine stood still: a thread that only sleeps tells. What a test says of real time holds for the time in
 * which there was a machine; on one that never stands still this is nothing. Thread-safe.
 */
public final class MachinePauses implements AutoCloseable {

    private static final Duration NAP = Duration.ofMillis(20);
    /** A thread that is woken later than that was kept from it. */
    private static final Duration LATE = Duration.ofMillis(200);

    private final AtomicLong nanos = new AtomicLong();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("machine-pauses").start(this::sleepOnAndOn);

    /** In all, since this was made. */
    public Duration total() {
        return Duration.ofNanos(nanos.get());
    }

    /** In all and in seconds, rounded up. */
    public int seconds() {
        return Math.ceilDiv((int) total().toMillis(), 1000);
    }

    private void sleepOnAndOn() {
        try {
            while (true) {
                long began = System.nanoTime();
                Thread.sleep(NAP);
                long took = System.nanoTime() - began;
                if (took > LATE.toNanos()) {
                    nanos.addAndGet(took - NAP.toNanos());
                }
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
