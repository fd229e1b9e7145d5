package dev.latchkey.nonce;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * This process's right to send with one key, while it has it, and the numbers that go with it. Confined to the holder of
 * the lane's turn, {@link #prolong} apart.
 */
final class LaneLease {

    /** The part of a lease in which a nonce may be taken; the call that follows fits into the rest. */
    static final Duration FRESH = Duration.ofSeconds(2);

    private static final Duration MARGIN = Duration.ofSeconds(1);

    /** Nonces never run ahead of the clock: not more of them than milliseconds pass (see ADR 10). */
    private static final long PACE = TimeUnit.MILLISECONDS.toNanos(1);

    private final NonceRows rows;
    private final Clock clock;
    private final Duration length;
    private final String keyFingerprint;
    private final UUID process;

    private volatile Optional<NonceRows.Lease> held = Optional.empty();
    private long takenAt;
    private long notBefore;
    private long last;
    private long reservedUpTo;

    /** {@code longestCall} is how long a request may take from its nonce to the partner's response headers. */
    LaneLease(NonceRows rows, Clock clock, Duration longestCall, String keyFingerprint, UUID process) {
        this.rows = rows;
        this.clock = clock;
        this.length = longestCall.plus(FRESH).plus(MARGIN);
        this.keyFingerprint = keyFingerprint;
        this.process = process;
    }

    /** Takes the lease if it is free. */
    boolean take() {
        long now = System.nanoTime();
        held = rows.take(keyFingerprint, process, Math.max(last, clock.millis()), length);
        held.ifPresent(it -> begin(now, it.reservedUpTo()));
        return held.isPresent();
    }

    /** Begins a lease that is still held anew; false if it is lost, or if another process waits and that matters. */
    boolean renew(boolean evenIfAsked) {
        long now = System.nanoTime();
        long floor = Math.max(last, clock.millis());
        OptionalLong upTo =
                held.map(it -> rows.renew(it, floor, length, evenIfAsked)).orElse(OptionalLong.empty());
        upTo.ifPresent(it -> begin(now, it));
        return upTo.isPresent();
    }

    /** {@code now} was measured before the database began the lease: our end of it comes earlier, never later. */
    private void begin(long now, long upTo) {
        takenAt = now;
        notBefore = Math.max(notBefore, now + PACE);
        reservedUpTo = upTo;
        last = upTo - NonceRows.BLOCK;
    }

    /** Whether so many nonces can be taken now, and a call be made with them, within the lease. */
    boolean isGoodFor(int nonces) {
        return held.isPresent() && System.nanoTime() - takenAt < FRESH.toNanos() && last + nonces <= reservedUpTo;
    }

    /** The next numbers; only if {@link #isGoodFor} said so. */
    long[] next(int count) {
        long[] nonces = new long[count];
        for (int i = 0; i < count; i++) {
            for (long left = notBefore - System.nanoTime(); left > 0; left = notBefore - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            notBefore = Math.max(notBefore, System.nanoTime()) + PACE;
            nonces[i] = ++last;
        }
        return nonces;
    }

    /** Keeps others off for longer, for a call that takes longer than most. To be called by any thread. */
    void prolong() {
        held.ifPresent(it -> rows.prolong(it, length));
    }

    /** Lets others have it; nothing happens if it is lost already. */
    void giveBack() {
        held.ifPresent(it -> rows.giveBack(it, last));
        held = Optional.empty();
    }

    /** Uses it no more, without a word to the database: the row's lease ends by itself. */
    void forget() {
        held = Optional.empty();
    }
}
