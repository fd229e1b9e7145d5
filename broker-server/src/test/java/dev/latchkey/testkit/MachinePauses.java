package dev.latchkey.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How long the machine stood still: a thread that only sleeps tells. What a test says of real time holds for the time in
 * which there was a machine; on one that never stands still this is nothing. Thread-safe.
 */
public final class MachinePauses implements AutoCloseable {

    private static final Duration NAP = Duration.ofMillis(20);
    /** A thread that is woken later than that was kept from it. */
    private static final Duration LATE = Duration.ofMillis(200);

    private record Nap(long begin, long end) {

        long length() {
            return end - begin;
        }
    }

    private final List<Nap> late = new ArrayList<>();
    private long napBegan = System.nanoTime();
    private boolean over;
    private final Thread thread =
            Thread.ofPlatform().daemon().name("machine-pauses").start(this::sleepOnAndOn);

    /** In all, since this was made; of a pause from which the sleeper has not come back yet, what has passed of it. */
    public synchronized Duration total() {
        long nanos =
                late.stream().mapToLong(nap -> nap.length() - NAP.toNanos()).sum();
        Nap now = present();
        return Duration.ofNanos(isLate(now) ? nanos + now.length() - NAP.toNanos() : nanos);
    }

    /** In all and in seconds, rounded up. */
    public int seconds() {
        return Math.ceilDiv((int) total().toMillis(), 1000);
    }

    /** Whether a pause of at least that length lies, in part at least, in that stretch of {@link System#nanoTime()}. */
    public synchronized boolean touch(Duration length, long begin, long end) {
        List<Nap> all = new ArrayList<>(late);
        all.add(present());
        return all.stream()
                .anyMatch(nap -> nap.length() >= length.toNanos() && nap.end() - begin >= 0 && end - nap.begin() >= 0);
    }

    private Nap present() {
        return new Nap(napBegan, over ? napBegan : System.nanoTime());
    }

    private static boolean isLate(Nap nap) {
        return nap.length() > LATE.toNanos();
    }

    private void sleepOnAndOn() {
        try {
            while (true) {
                Thread.sleep(NAP);
                wake();
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    private synchronized void wake() {
        Nap nap = present();
        if (isLate(nap)) {
            late.add(nap);
        }
        napBegan = nap.end();
    }

    @Override
    public synchronized void close() {
        wake();
        over = true;
        thread.interrupt();
    }
}
