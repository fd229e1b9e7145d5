package dev.latchkey.caller.limit;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.latchkey.caller.ProvenCaller;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * How many requests an app has a minute, where {@code latchkey.limits.app-rate} says so: a bucket an app, which fills
 * evenly. Each process counts by itself. People are not counted. Thread-safe, never blocks.
 */
@Singleton
public final class AppRates {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int MOST_APPS = 100_000;

    private final OptionalInt rate;
    private final LoadingCache<String, Bucket> buckets;

    AppRates(LimitsConfig limits) {
        this.rate = limits.appRate();
        // a bucket that was left alone for a minute is full again, as a new one is
        this.buckets = Caffeine.newBuilder()
                .maximumSize(MOST_APPS)
                .expireAfterAccess(MINUTE)
                .build(app -> full(rate.orElseThrow()));
    }

    /** Counts a request; throws {@code rate_limited} if the app has had its share. */
    public void count(ProvenCaller caller) {
        if (rate.isEmpty() || !(caller instanceof ProvenCaller.ProvenApp(String app))) {
            return;
        }
        ConsumptionProbe probe = buckets.get(app).tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            throw new BrokerException(ProblemType.RATE_LIMITED, "The app has asked too often.")
                    .retryAfter(Duration.ofNanos(probe.getNanosToWaitForRefill()));
        }
    }

    private static Bucket full(int rate) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(rate).refillGreedy(rate, MINUTE))
                .build();
    }
}
