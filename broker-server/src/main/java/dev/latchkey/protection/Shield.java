package dev.latchkey.protection;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** What this process keeps of one lane of a registration: its breaker, and its places. Thread-safe. */
final class Shield {

    private final Breaker breaker;
    private final Semaphore places;
    private final int most;

    Shield(ProtectionConfig config) {
        breaker = new Breaker(config);
        most = config.callsAtOnce();
        places = new Semaphore(most, true);
    }

    Breaker breaker() {
        return breaker;
    }

    /** Waits in turn for a place; false if none became free in time. */
    boolean enter(Duration patience) throws InterruptedException {
        return places.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    void leave() {
        places.release();
    }

    int underWay() {
        return most - places.availablePermits();
    }
}
