package dev.latchkey.oauth1;

import dev.latchkey.secret.SecretGenerator;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes timestamps and nonces, and remembers by how much the clock of a partner differs from ours (R97). What it
 * remembers is lost with the process and learned again by the next refusal. Thread-safe.
 */
@ApplicationScoped
public class Stamps {

    /** Below this a refusal has another cause than the clock: a {@code Date} is whole seconds and has travelled. */
    private static final Duration WORTH_A_RETRY = Duration.ofSeconds(10);

    /** RFC 5849 section 3.2 says 401; partners also say 400 and 403. */
    private static final Set<Integer> REFUSALS = Set.of(400, 401, 403);

    private final Clock clock;
    private final SecretGenerator generator;
    private final Map<String, Duration> ahead = new ConcurrentHashMap<>();

    /** Uses the given clock and source of randomness. */
    public Stamps(Clock clock, SecretGenerator generator) {
        this.clock = clock;
        this.generator = generator;
    }

    /** The next stamp for a registration. */
    Stamp next(String registration) {
        Duration offset = ahead.getOrDefault(registration, Duration.ZERO);
        return new Stamp(clock.instant().plus(offset), generator.next().sha256Hex());
    }

    /**
     * Looks at a refusal: whether the partner's clock is elsewhere than we took it to be. If so, the next stamp is made
     * by it, and the request is worth one more try.
     *
     * @param date the answer's {@code Date} header (RFC 9110 section 6.6.1)
     */
    public boolean learn(String registration, int status, Optional<String> date) {
        if (!REFUSALS.contains(status)) {
            return false;
        }
        Optional<Duration> told = date.flatMap(this::offset);
        Duration assumed = ahead.getOrDefault(registration, Duration.ZERO);
        if (told.isEmpty() || told.get().minus(assumed).abs().compareTo(WORTH_A_RETRY) < 0) {
            return false;
        }
        ahead.put(registration, told.get());
        return true;
    }

    private Optional<Duration> offset(String date) {
        try {
            ZonedDateTime told = ZonedDateTime.parse(date.strip(), DateTimeFormatter.RFC_1123_DATE_TIME);
            return Optional.of(Duration.between(clock.instant(), told.toInstant()));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
