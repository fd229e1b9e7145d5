package dev.latchkey.caller.issuer;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The public keys of the OpenID provider, kept for a while. They are fetched again when they are old or when a token
 * names a key that is not among them, never more often than every ten seconds (R161); while the provider is down, the
 * known ones are used on (R162). Thread-safe.
 */
@Singleton
final class IssuerKeys {

    private static final Logger LOG = Logger.getLogger(IssuerKeys.class);

    private static final Duration FRESH = Duration.ofMinutes(5);
    private static final Duration BETWEEN_FETCHES = Duration.ofSeconds(10);
    private static final Duration LONGEST_OUTAGE = Duration.ofHours(1);

    private final IssuerDocuments documents;
    private final Clock clock;
    private final ReentrantLock fetching = new ReentrantLock();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable Snapshot snapshot;
    /** Guarded by {@link #fetching}. */
    private Instant lastFetch = Instant.EPOCH;

    IssuerKeys(IssuerDocuments documents, Clock clock) {
        this.documents = documents;
        this.clock = clock;
    }

    private record Snapshot(JWKSet keys, Instant fetchedAt) {

        List<JWK> matching(JWSHeader header) {
            return new JWKSelector(JWKMatcher.forJWSHeader(header)).select(keys);
        }

        boolean isYoungerThan(Duration age, Instant now) {
            return now.isBefore(fetchedAt.plus(age));
        }
    }

    /** The keys that may have made a signature with this header; {@code identity_unavailable} if none can be had. */
    List<JWK> candidates(JWSHeader header) {
        Snapshot known = snapshot;
        if (known != null && known.isYoungerThan(FRESH, clock.instant())) {
            List<JWK> matching = known.matching(header);
            if (!matching.isEmpty()) {
                return matching;
            }
        }
        return usable(known, header).map(it -> it.matching(header)).orElseThrow(IssuerKeys::unavailable);
    }

    /**
     * How long a signature that one of the {@linkplain #candidates candidates} made is to be relied on without looking again
     * whether the provider still has that key.
     */
    Instant reliableUntil() {
        Snapshot known = snapshot;
        return known == null ? Instant.MIN : known.fetchedAt().plus(FRESH);
    }

    void whenChanged(Runnable listener) {
        listeners.add(listener);
    }

    /** What there is after fetching anew, if it was time for that. */
    private Optional<Snapshot> usable(@Nullable Snapshot known, JWSHeader header) {
        boolean canGoOn = known != null
                && known.isYoungerThan(LONGEST_OUTAGE, clock.instant())
                && !known.matching(header).isEmpty();
        if (canGoOn ? fetching.tryLock() : lock()) {
            try {
                if (snapshot == known && !clock.instant().isBefore(lastFetch.plus(BETWEEN_FETCHES))) {
                    lastFetch = clock.instant();
                    fetch();
                }
            } finally {
                fetching.unlock();
            }
        }
        return Optional.ofNullable(snapshot).filter(it -> it.isYoungerThan(LONGEST_OUTAGE, clock.instant()));
    }

    private boolean lock() {
        fetching.lock();
        return true;
    }

    private void fetch() {
        Optional<JWKSet> fetched = documents.keys();
        if (fetched.isEmpty()) {
            LOG.warn("the keys of the identity provider cannot be fetched");
            return;
        }
        Snapshot before = snapshot;
        snapshot = new Snapshot(fetched.get(), lastFetch);
        if (before != null && !before.keys().equals(fetched.get())) {
            listeners.forEach(Runnable::run);
        }
    }

    private static BrokerException unavailable() {
        return new BrokerException(
                ProblemType.IDENTITY_UNAVAILABLE, "The keys of the identity provider cannot be had now.");
    }
}
