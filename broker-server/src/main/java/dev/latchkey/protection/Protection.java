package dev.latchkey.protection;

import dev.latchkey.outbound.CallGate.Lane;
import dev.latchkey.outbound.Recipient;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.protection.PauseRows.Pause;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;

/** Says before a call for tokens is prepared whether it would be made. A look only: nothing is reserved. Thread-safe. */
@ApplicationScoped
public class Protection {

    private final Shields shields;
    private final PartnerPauses pauses;
    private final SharedRates rates;
    private final ProtectionConfig config;

    Protection(Shields shields, PartnerPauses pauses, SharedRates rates, ProtectionConfig config) {
        this.shields = shields;
        this.pauses = pauses;
        this.rates = rates;
        this.config = config;
    }

    /** Why nobody should call now, and when to ask again: the partner wants a pause, does not work, or has had its share. */
    public Optional<BrokerException> refusal(Recipient recipient) {
        return pauses.of(recipient.registration())
                .map(Protection::paused)
                .or(() -> Optional.of(breaker(recipient).left())
                        .filter(Duration::isPositive)
                        .map(Protection::leftAlone))
                .or(() -> Optional.of(rates.away(recipient))
                        .filter(away -> away.compareTo(config.patience()) > 0)
                        .map(Protection::usedUp));
    }

    /** How long a call that is in no hurry should wait; zero if it may be made. */
    public Duration away(Recipient recipient) {
        Duration pause = pauses.of(recipient.registration()).map(Pause::left).orElse(Duration.ZERO);
        Duration open = breaker(recipient).left();
        Duration longer = pause.compareTo(open) > 0 ? pause : open;
        return longer.isPositive() ? longer : rates.away(recipient);
    }

    private Breaker breaker(Recipient recipient) {
        return shields.of(recipient.registration(), Lane.TOKENS).breaker();
    }

    static BrokerException paused(Pause pause) {
        return pause.rateLimited()
                ? rateLimited("The partner has asked us to wait.", pause.left())
                : unavailable("The partner has asked us to wait.", pause.left());
    }

    static BrokerException leftAlone(Duration left) {
        return unavailable("The partner does not work; it is left alone for a while.", left);
    }

    static BrokerException usedUp(Duration away) {
        return rateLimited("The partner's rate is used up by calls of ours.", away);
    }

    private static BrokerException rateLimited(String detail, Duration wait) {
        return new BrokerException(ProblemType.PARTNER_RATE_LIMITED, detail).retryAfter(inSeconds(wait));
    }

    static BrokerException unavailable(String detail, Duration wait) {
        return new BrokerException(ProblemType.PARTNER_UNAVAILABLE, detail).retryAfter(inSeconds(wait));
    }

    /** Whole seconds, upwards: {@code Retry-After} knows nothing finer. */
    private static Duration inSeconds(Duration wait) {
        return Duration.ofSeconds(Math.max(1, wait.plusNanos(999_999_999).toSeconds()));
    }
}
