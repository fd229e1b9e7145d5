package dev.latchkey.sandbox.noon;

import dev.latchkey.sandbox.oauth2.grant.TokenSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Values that work once, for a minute, and for the client that they were made for. Thread-safe. */
final class OneTimeValues {

    private static final Duration LIFE = Duration.ofSeconds(60);

    /** What a value stands for. */
    record Meaning(String clientId, String seller, Instant expires) {}

    private final Clock clock;
    private final TokenSource tokens;
    private final Map<String, Meaning> open = new ConcurrentHashMap<>();

    OneTimeValues(Clock clock, TokenSource tokens) {
        this.clock = clock;
        this.tokens = tokens;
    }

    /** Makes one; the prefix says what it is good for. */
    String issue(String prefix, String clientId, String seller) {
        String value = tokens.next(prefix);
        open.put(value, new Meaning(clientId, seller, clock.instant().plus(LIFE)));
        return value;
    }

    /** Whose it is; it stays. */
    Optional<String> sellerOf(String value) {
        return Optional.ofNullable(open.get(value)).map(Meaning::seller);
    }

    /** Takes it: empty if it is unknown, over, of another kind or of another client. It is spent either way. */
    Optional<String> take(String prefix, String value, String clientId) {
        return Optional.ofNullable(open.remove(value))
                .filter(meaning -> value.startsWith(prefix + "_"))
                .filter(meaning -> meaning.clientId().equals(clientId))
                .filter(meaning -> meaning.expires().isAfter(clock.instant()))
                .map(Meaning::seller);
    }

    void clear() {
        open.clear();
    }
}
