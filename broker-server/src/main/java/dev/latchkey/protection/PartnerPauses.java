package dev.latchkey.protection;

import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.outbound.RetryAfter;
import dev.latchkey.protection.PauseRows.Pause;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Honours {@code Retry-After} (R57): a 429, whatever it states, and a 503 that states a time hold back every call for tokens
 * of the registration, in all processes. A little is added by chance, so that not all who wait come back together.
 * Thread-safe.
 */
@ApplicationScoped
class PartnerPauses {

    private static final Logger LOG = Logger.getLogger(PartnerPauses.class);
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;
    private static final double JITTER = 0.1;

    private final PauseRows rows;
    private final Clock clock;
    private final SecureRandom random;

    PartnerPauses(PauseRows rows, Clock clock, SecureRandom random) {
        this.rows = rows;
        this.clock = clock;
        this.random = random;
    }

    Optional<Pause> of(String registration) {
        return rows.of(registration);
    }

    /** Notes what an answer asks for. The answer is as good if that cannot be noted. */
    void learn(String registration, PartnerResponse answer) {
        try {
            wish(answer).ifPresent(pause -> rows.begin(registration, pause));
        } catch (RuntimeException e) {
            LOG.warnf(e, "a pause of %s could not be noted", registration);
        }
    }

    private Optional<Pause> wish(PartnerResponse answer) {
        Optional<String> header = answer.header("retry-after");
        return switch (answer.status()) {
            case TOO_MANY_REQUESTS -> Optional.of(new Pause(longer(RetryAfter.of(header, clock.instant())), true));
            case UNAVAILABLE -> RetryAfter.stated(header, clock.instant()).map(wait -> new Pause(longer(wait), false));
            default -> Optional.empty();
        };
    }

    private Duration longer(Duration wait) {
        return wait.plusMillis((long) (wait.toMillis() * JITTER * random.nextDouble()));
    }
}
