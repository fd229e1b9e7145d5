package dev.latchkey.nonce;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
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

    private static final Duration LOOK_AGAIN = Duration.ofMillis(15);

    /** The part of a lease in which a turn may begin; all that then follows fits into the rest. */
    private static final Duration FRESH = Duration.ofSeconds(2);

    private static final Duration MARGIN = Duration.ofSeconds(1);

    /** Nonces never run ahead of the clock: not more of them than milliseconds pass (see ADR 10). */
    private static final long PACE = TimeUnit.MILLISECONDS.toNanos(1);

    private final Semaphore turns = new Semaphore(1, true);
    private final NonceRows rows;
    private final Clock clock;
    private final NonceConfig config;
    private final Duration length;
    private final String keyFingerprint;
    private final UUID process;

    // What follows is touched by the holder of the turn only; the semaphore passes it on.
    private Optional<NonceRows.Lease> lease = Optional.empty();
    private long takenAt;
    private long sliceBegan;
    private long notBefore;
    private long last;
    private long reservedUpTo;

    private volatile @Nullable Thread holder;

    /** {@code longestCall} is how long a request may take from its nonce to the partner's response headers. */
    NonceLane(
            NonceRows rows,
            Clock clock,
            NonceConfig config,
            Duration longestCall,
            String keyFingerprint,
            UUID process) {
        this.rows = rows;
        this.clock = clock;
        this.config = config;
        this.length = longestCall.plus(FRESH).plus(MARGIN);
        this.keyFingerprint = keyFingerprint;
        this.process = process;
    }

    /** Waits for the turn and for the lease; {@code rate_limited} if that takes too long. */
    LaneTurn takeTurn() {
        long end = System.nanoTime() + config.patience().toNanos();
        try {
            if (turns.getQueueLength() >= config.mostWaiting()
                    || !turns.tryAcquire(config.patience().toNanos(), TimeUnit.NANOSECONDS)) {
                throw busy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy();
        }
        try {
            requireLease(end);
            holder = Thread.currentThread();
        } catch (RuntimeException e) {
            turns.release();
            throw e;
        }
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            if (open.compareAndSet(true, false)) {
                endTurn();
            }
        };
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
        if (!isGoodFor(count) && !renewed(true)) {
            lease = Optional.empty();
            throw busy();
        }
        long[] nonces = new long[count];
        for (int i = 0; i < count; i++) {
            pause(notBefore - System.nanoTime());
            notBefore = Math.max(notBefore, System.nanoTime()) + PACE;
            nonces[i] = ++last;
        }
        return nonces;
    }

    private void requireLease(long end) {
        if (isGoodFor(MOST_OF_A_TURN) || (lease.isPresent() && renewed(false))) {
            return;
        }
        giveBack();
        while (!taken()) {
            if (System.nanoTime() - end >= 0 || Thread.currentThread().isInterrupted()) {
                throw busy();
            }
            pause(LOOK_AGAIN.toNanos());
        }
    }

    /** By this process's own measure of time, begun before the database's: it ends earlier, never later. */
    private boolean isGoodFor(int nonces) {
        return lease.isPresent()
                && System.nanoTime() - takenAt < FRESH.toNanos()
                && last + nonces <= reservedUpTo;
    }

    private boolean taken() {
        long now = System.nanoTime();
        lease = rows.take(keyFingerprint, process, Math.max(last, clock.millis()), length);
        lease.ifPresent(it -> {
            begin(now, it.reservedUpTo());
            sliceBegan = now;
            notBefore = Math.max(notBefore, now + PACE);
        });
        return lease.isPresent();
    }

    private boolean renewed(boolean evenIfAsked) {
        long now = System.nanoTime();
        long floor = Math.max(last, clock.millis());
        OptionalLong upTo =
                lease.map(it -> rows.renew(it, floor, length, evenIfAsked)).orElse(OptionalLong.empty());
        upTo.ifPresent(it -> begin(now, it));
        return upTo.isPresent();
    }

    private void begin(long now, long upTo) {
        takenAt = now;
        reservedUpTo = upTo;
        last = upTo - NonceRows.BLOCK;
    }

    private void endTurn() {
        holder = null;
        try {
            boolean sliceOver = System.nanoTime() - sliceBegan >= SLICE.toNanos();
            if (!turns.hasQueuedThreads() || (sliceOver && !continued())) {
                giveBack();
            }
        } catch (RuntimeException e) {
            lease = Optional.empty(); // the row's lease ends by itself
            LOG.warn("a lane could not be given back", e);
        } finally {
            turns.release();
        }
    }

    private boolean continued() {
        sliceBegan = System.nanoTime();
        return renewed(false);
    }

    private void giveBack() {
        lease.ifPresent(it -> rows.giveBack(it, last));
        lease = Optional.empty();
    }

    private static void pause(long nanos) {
        if (nanos > 0) {
            LockSupport.parkNanos(nanos);
        }
    }

    private static BrokerException busy() {
        return new BrokerException(
                        ProblemType.RATE_LIMITED,
                        "Requests with this key go one after another, and too many wait. This one was not sent.")
                .retryAfter(Duration.ofSeconds(1));
    }
}
