package dev.latchkey.protection;

import dev.latchkey.outbound.CallRate;
import dev.latchkey.outbound.Recipient;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.jdbc.PrimaryKeyMapper;
import io.github.bucket4j.postgresql.Bucket4jPostgreSQL;
import io.github.bucket4j.postgresql.PostgreSQLSelectForUpdateBasedProxyManager;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

/**
 * One rate for all processes, in table {@code partner_rate}: a bucket of one call, filled again after the rate's spacing, so
 * that calls come evenly and no stretch of time holds more than was agreed. A turn is taken by locking a row for the length
 * of one statement; nothing of the database is held while the turn is waited for (R48), and there are no advisory locks
 * (R49). However many want a turn, few ask at a time, so that others find connections in the pool. Thread-safe.
 */
@ApplicationScoped
class SharedRates {

    private static final Duration KEPT = Duration.ofDays(1);
    private static final int CLEANED_AT_ONCE = 1000;
    private static final int ASK_AT_ONCE = 4;

    private final PostgreSQLSelectForUpdateBasedProxyManager<String> buckets;
    private final Semaphore places = new Semaphore(ASK_AT_ONCE, true);

    SharedRates(DataSource database, Clock clock) {
        buckets = Bucket4jPostgreSQL.selectForUpdateBasedBuilder(database)
                .primaryKeyMapper(PrimaryKeyMapper.STRING)
                .table("partner_rate")
                .idColumn("id")
                .stateColumn("state")
                .expiresAtColumn("expires_at")
                .clientClock(new Meter(clock))
                .expirationAfterWrite(ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(KEPT))
                .build();
    }

    /** Takes the next turn and waits for it; false, and no turn is taken, if that would take too long. */
    boolean await(Recipient recipient, Duration patience) throws InterruptedException {
        if (recipient.rate().isEmpty()) {
            return true;
        }
        Bucket bucket = bucket(recipient.registration(), recipient.rate().get());
        long end = System.nanoTime() + patience.toNanos();
        if (!places.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        AtomicLong away = new AtomicLong();
        try {
            long left = Math.max(1, end - System.nanoTime());
            if (!bucket.asBlocking().tryConsume(1, Duration.ofNanos(left), away::set)) {
                return false;
            }
        } finally {
            places.release();
        }
        TimeUnit.NANOSECONDS.sleep(away.get());
        return true;
    }

    /** How long the next turn is away. */
    Duration away(Recipient recipient) {
        if (recipient.rate().isEmpty()) {
            return Duration.ZERO;
        }
        Bucket bucket = bucket(recipient.registration(), recipient.rate().get());
        places.acquireUninterruptibly();
        try {
            return Duration.ofNanos(bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill());
        } finally {
            places.release();
        }
    }

    /** How many wait until they may ask. */
    int waiting() {
        return places.getQueueLength();
    }

    /** Removes buckets that have long been full again: a new bucket begins full as well. */
    void clean() {
        buckets.removeExpired(CLEANED_AT_ONCE);
    }

    /** Another rate is another bucket. */
    private Bucket bucket(String registration, CallRate rate) {
        String id = registration + " " + rate.calls() + "/" + rate.per().toSeconds();
        return buckets.builder().build(id, () -> configuration(rate));
    }

    private static BucketConfiguration configuration(CallRate rate) {
        return BucketConfiguration.builder()
                .addLimit(Bandwidth.builder()
                        .capacity(1)
                        .refillGreedy(1, rate.spacing())
                        .build())
                .build();
    }

    /** The database's time, which all processes agree on: their own clocks may be minutes apart (R8). */
    private record Meter(Clock clock) implements TimeMeter {

        @Override
        public long currentTimeNanos() {
            Instant now = clock.instant();
            return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        }

        @Override
        public boolean isWallClockBased() {
            return true;
        }
    }
}
