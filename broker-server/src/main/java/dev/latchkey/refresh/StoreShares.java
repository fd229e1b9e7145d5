package dev.latchkey.refresh;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How many renewals of one registration work at PostgreSQL and the vault at a time, in this process. The others wait in
 * turn and hold nothing meanwhile, so that a partner whose tokens are due together, or whose calls fail together, leaves
 * the callers of other partners their connections of the database (R48, R61). Thread-safe.
 */
@ApplicationScoped
class StoreShares {

    /** A failed call has to be noted while its lease lasts. */
    private static final Duration MOMENT = Duration.ofSeconds(2);

    private final LoadingCache<String, Semaphore> places;

    StoreShares(RefreshConfig config) {
        places = Caffeine.newBuilder().weakValues().build(registration -> new Semaphore(config.storesAtOnce(), true));
    }

    /** A place, when there is one; {@code refresh_in_progress} if nobody would wait for this renewal any more. */
    Share await(String registration) {
        Share share = new Share(places.get(registration));
        if (!share.take(Renewals.PATIENCE)) {
            throw RefreshProtocol.inProgress();
        }
        return share;
    }

    /** The place of one renewal, taken and given back as it goes. For one thread. */
    static final class Share implements AutoCloseable {

        private final Semaphore places;
        private boolean taken;

        private Share(Semaphore places) {
            this.places = places;
        }

        /** Takes a place again, if one becomes free within a moment; what has to be done is done either way. */
        void takeSoon() {
            take(MOMENT);
        }

        private boolean take(Duration patience) {
            try {
                taken = taken || places.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return taken;
        }

        /** Gives the place back, if there is one, before something that takes its time. */
        void giveBack() {
            if (taken) {
                taken = false;
                places.release();
            }
        }

        @Override
        public void close() {
            giveBack();
        }
    }
}
