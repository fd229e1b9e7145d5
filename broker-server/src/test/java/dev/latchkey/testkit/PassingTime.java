package dev.latchkey.testkit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** What {@link System#nanoTime} is to the code: a length of time, which passes when it is told to. Thread-safe. */
public final class PassingTime implements LongSupplier {

    private final AtomicLong nanos =
            new AtomicLong(Long.MAX_VALUE - 1_000); // close to its turn: only differences count

    /** Lets that much pass. */
    public void pass(Duration length) {
        nanos.addAndGet(length.toNanos());
    }

    @Override
    public long getAsLong() {
        return nanos.get();
    }
}
