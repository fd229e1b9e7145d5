package dev.latchkey.boot;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * The time of the database, which all replicas share (R51): what it said last, and the length of time since, which no step
 * of this machine's clock changes. Until it was asked first, this machine's time. Thread-safe.
 */
final class DatabaseClock extends Clock {

    private record Mark(Instant time, long nanos) {}

    private final LongSupplier nanos;
    private final ZoneId zone;
    private final AtomicReference<Mark> last;

    /**
     * A clock that begins with this machine's time.
     *
     * @param nanos the length of time since some moment, as {@link System#nanoTime}
     */
    DatabaseClock(Clock system, LongSupplier nanos) {
        this(nanos, ZoneOffset.UTC, new AtomicReference<>(new Mark(system.instant(), nanos.getAsLong())));
    }

    private DatabaseClock(LongSupplier nanos, ZoneId zone, AtomicReference<Mark> last) {
        this.nanos = nanos;
        this.zone = zone;
        this.last = last;
    }

    /**
     * Takes the database's time, which it told between two readings of {@link #nanos()}.
     *
     * @return how far this clock was behind
     */
    Duration set(Instant told, long asked, long heard) {
        long middle = asked + (heard - asked) / 2;
        Mark now = new Mark(told, middle);
        Mark before = last.getAndSet(now);
        return Duration.between(before.time().plusNanos(middle - before.nanos()), told);
    }

    /** A reading for {@link #set}. */
    long nanos() {
        return nanos.getAsLong();
    }

    @Override
    public Instant instant() {
        Mark mark = last.get();
        return mark.time().plusNanos(nanos.getAsLong() - mark.nanos());
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    /** The same time, told for another zone. */
    @Override
    public Clock withZone(ZoneId other) {
        return new DatabaseClock(nanos, other, last);
    }
}
