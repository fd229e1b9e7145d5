package dev.latchkey.nonce;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One key's lane in this process: a fair queue, whose first takes the lease for the whole process and passes it on to the
 * next in the queue. After a slice of time the lease goes to another process that asked for it. Thread-safe.
 */
final class NonceLane {

    private static final Logger LOG = Logger.getLogger(NonceLane.class);

    /** The most nonces of one turn. */
    static final int MOST_OF_A_TURN = 100;

    /** How long one process goes on while another one waits. */
    private static final Duration SLICE = Duration.ofMillis(250);

    /** A turn that is held for longer than any call is not kept from others. */
    private static final Duration LONGEST_TURN = Duration.ofMinutes(10);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(15);

    private final Semaphore turns = new Semaphore(1, true);
    private final LaneLease lease; // touched by the holder of the turn only; the semaphore passes it on
    private final NonceConfig config;
    private long sliceBegan; // as the lease
    private volatile @Nullable Thread holder;

    NonceLane(LaneLease lease, NonceConfig config) {
        this.lease = lease;
        this.config = config;
    }

    /** Waits for the turn and for the lease; {@code rate_limited} if that takes too long. */
    LaneTurn takeTurn() {
        long end = System.nanoTime() + config.patience().toNanos();
        queue();
        try {
            requireLease(end);
        } catch (RuntimeException e) {
            turns.release();
            throw e;
        }
        holder = Thread.currentThread();
        AtomicBoolean open = new AtomicBoolean(true);
        CountDownLatch over = new CountDownLatch(1);
        Thread.ofVirtual().name("nonce-lane").start(() -> prolong(over));
        return () -> {
            if (open.compareAndSet(true, false)) {
                over.countDown();
                endTurn();
            }
        };
    }

    /** A lease is long enough for the usual call; one whose body goes out slowly may take longer. */
    private void prolong(CountDownLatch over) {
        long end = System.nanoTime() + LONGEST_TURN.toNanos();
        try {
            while (!over.await(LaneLease.FRESH.toNanos(), TimeUnit.NANOSECONDS) && System.nanoTime() - end < 0) {
                lease.prolong();
            }
        } catch (RuntimeException e) {
            LOG.debug("a lane could not be kept for longer", e); // the usual call needs it not
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void queue() {
        try {
            if (turns.getQueueLength() >= config.mostWaiting()
                    || !turns.tryAcquire(config.patience().toNanos(), TimeUnit.NANOSECONDS)) {
                throw busy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy();
        }
    }

    private void requireLease(long end) {
        if (lease.isGoodFor(MOST_OF_A_TURN) || lease.renew(false)) {
            return;
        }
        lease.giveBack();
        while (!lease.take()) {
            if (System.nanoTime() - end >= 0 || Thread.currentThread().isInterrupted()) {
                throw busy();
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
        sliceBegan = System.nanoTime();
    }

    /** Whether the current thread has the turn. */
    boolean isHeldHere() {
        return holder == Thread.currentThread();
    }

    /** The next nonces of the turn that is held; {@code rate_limited} if the lease was lost meanwhile. */
    long[] next(int count) {
        if (count > MOST_OF_A_TURN) {
            throw new IllegalArgumentException("too many for one turn");
        }
        if (!lease.isGoodFor(count) && !lease.renew(true)) {
            lease.forget();
            throw busy();
        }
        return lease.next(count);
    }

    private void endTurn() {
        holder = null;
        try {
            boolean sliceOver = System.nanoTime() - sliceBegan >= SLICE.toNanos();
            if (!turns.hasQueuedThreads() || (sliceOver && !continued())) {
                lease.giveBack();
            }
        } catch (RuntimeException e) {
            lease.forget();
            LOG.warn("a lane could not be given back", e);
        } finally {
            turns.release();
        }
    }

    private boolean continued() {
        sliceBegan = System.nanoTime();
        return lease.renew(false);
    }

    private static BrokerException busy() {
        return new BrokerException(
                        ProblemType.RATE_LIMITED,
                        "Requests with this key go one after another, and too many wait. This one was not sent.")
                .retryAfter(Duration.ofSeconds(1));
    }
}
