package dev.latchkey.caller.authentication;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.caller.ProvenCaller;
import dev.latchkey.secret.Secret;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Remembers who verified credentials belong to, by their SHA-256, so that the next call with the same one costs a hash
 * instead of a signature check or a password hash. Bounded in number and, by the given end, in time. Thread-safe.
 */
final class VerifiedCredentials {

    private static final int MOST = 20_000;

    private final Cache<String, Entry> entries =
            Caffeine.newBuilder().maximumSize(MOST).build();
    private final AtomicLong generation = new AtomicLong();
    private final Clock clock;

    VerifiedCredentials(Clock clock) {
        this.clock = clock;
    }

    private record Entry(ProvenCaller caller, Instant until, long generation) {}

    /** Who the credential belongs to, if that is known and still to be relied on. */
    Optional<ProvenCaller> find(Secret credential) {
        Entry entry = entries.getIfPresent(credential.sha256Hex());
        return entry != null
                        && entry.generation() == generation.get()
                        && clock.instant().isBefore(entry.until())
                ? Optional.of(entry.caller())
                : Optional.empty();
    }

    /** What {@link #remember} must be given: taken before the verification begins. */
    long generation() {
        return generation.get();
    }

    /** Remembers, unless {@link #forgetAll} came in between: what was verified then rests on the old state. */
    void remember(Secret credential, ProvenCaller caller, Instant until, long generationBefore) {
        if (generationBefore == generation.get()) {
            entries.put(credential.sha256Hex(), new Entry(caller, until, generationBefore));
        }
    }

    /** Nothing that was verified so far is relied on any more. */
    void forgetAll() {
        generation.incrementAndGet();
        entries.invalidateAll();
    }
}
