package dev.latchkey.protection;

import dev.latchkey.outbound.CallRate;
import dev.latchkey.outbound.Recipient;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.jdbc.PrimaryKeyMapper;
import io.github.bucket4j.postgresql.Bucket4jPostgreSQL;
import io.github.bucket4j.postgresql.PostgreSQLSelectForUpdateBasedProxyManager;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * One rate for all processes, in table {@code partner_rate}: a bucket of one call, filled again after the rate's spacing, so
 * that calls come evenly and no stretch of time holds more than was agreed. A turn is taken by locking a row for the length
 * of one statement; nothing of the database is held while the turn is waited for (R48), and there are no advisory locks
 * (R49). Thread-safe.
 */
@ApplicationScoped
class SharedRates {

    private static final Duration KEPT = Duration.ofDays(1);
    private static final int CLEANED_AT_ONCE = 1000;

    private final PostgreSQLSelectForUpdateBasedProxyManager<String> buckets;

    SharedRates(DataSource database) {
        buckets = Bucket4jPostgreSQL.selectForUpdateBasedBuilder(database)
                .primaryKeyMapper(PrimaryKeyMapper.STRING)
                .table("partner_rate")
                .idColumn("id")
                .stateColumn("state")
                .expiresAtColumn("expires_at")
                .clientClock(new DatabaseClock(database))
                .expirationAfterWrite(ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(KEPT))
                .build();
    }

    /** Takes the next turn and waits for it; false, and no turn is taken, if that would take too long. */
    boolean await(Recipient recipient, Duration patience) throws InterruptedException {
        return recipient.rate().isEmpty()
                || bucket(recipient.registration(), recipient.rate().get())
                        .asBlocking()
                        .tryConsume(1, patience);
    }

    /** How long the next turn is away. */
    Duration away(Recipient recipient) {
        return recipient
                .rate()
                .map(rate -> bucket(recipient.registration(), rate).estimateAbilityToConsume(1))
                .map(estimate -> Duration.ofNanos(estimate.getNanosToWaitForRefill()))
                .orElse(Duration.ZERO);
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
}
