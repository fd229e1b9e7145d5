package dev.latchkey.protection;

import dev.latchkey.outbound.CallGate;
import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.outbound.Recipient;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;

/**
 * Lets a call through when its partner wants no pause and works, when a place is free, and when its turn has come; in this
 * order, so that a turn is only taken by a call that is made. Thread-safe.
 */
@ApplicationScoped
class PartnerGate implements CallGate {

    private static final Duration SOON = Duration.ofSeconds(1);

    private final Shields shields;
    private final PartnerPauses pauses;
    private final SharedRates rates;
    private final MeterRegistry meters;
    private final Duration patience;

    PartnerGate(
            Shields shields,
            PartnerPauses pauses,
            SharedRates rates,
            ProtectionConfig config,
            OutboundConfig outbound,
            MeterRegistry meters) {
        this.shields = shields;
        this.pauses = pauses;
        this.rates = rates;
        this.meters = meters;
        Duration half = outbound.deadline().dividedBy(2);
        this.patience = config.patience().compareTo(half) < 0 ? config.patience() : half;
    }

    @Override
    public <T> T pass(Recipient recipient, Lane lane, Call<T> call, Function<T, PartnerResponse> head)
            throws PartnerCallException {
        Shield shield = shields.of(recipient.registration(), lane);
        long end = System.nanoTime() + patience.toNanos();
        refuse(recipient, lane, shield);
        boolean waited = enter(recipient, shield);
        try {
            waited |= awaitTurn(recipient, Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            if (waited) {
                refuse(recipient, lane, shield); // much may have happened meanwhile
            }
            T answer = shield.breaker().call(call, head);
            if (lane == Lane.TOKENS) {
                pauses.learn(recipient.registration(), head.apply(answer));
            }
            return answer;
        } catch (CircuitBreakerOpenException e) {
            Duration left = shield.breaker().left();
            throw heldBack(recipient, "breaker", Protection.leftAlone(left));
        } finally {
            shield.leave();
        }
    }

    /** What an app's call is answered with is the app's affair: it holds back nobody, and is held back by no pause. */
    private void refuse(Recipient recipient, Lane lane, Shield shield) throws PartnerCallException {
        Optional<PauseRows.Pause> pause = lane == Lane.TOKENS ? pauseOf(recipient) : Optional.empty();
        if (pause.isPresent()) {
            throw heldBack(recipient, "pause", Protection.paused(pause.get()));
        }
        Duration left = shield.breaker().left();
        if (left.isPositive()) {
            throw heldBack(recipient, "breaker", Protection.leftAlone(left));
        }
    }

    private Optional<PauseRows.Pause> pauseOf(Recipient recipient) throws PartnerCallException {
        try {
            return pauses.of(recipient.registration());
        } catch (RuntimeException e) {
            throw unknown(recipient, e);
        }
    }

    /** Takes a place; whether it had to be waited for. */
    private boolean enter(Recipient recipient, Shield shield) throws PartnerCallException {
        try {
            if (shield.enter(Duration.ZERO)) {
                return false;
            }
            if (shield.enter(patience)) {
                return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw heldBack(
                recipient, "places", Protection.unavailable("Too many calls wait for this partner's answers.", SOON));
    }

    /** Takes a turn of the rate; whether there is a rate, so that the turn may have been waited for. */
    private boolean awaitTurn(Recipient recipient, Duration left) throws PartnerCallException {
        if (recipient.rate().isEmpty()) {
            return false;
        }
        Duration away = SOON;
        try {
            if (rates.await(recipient, left)) {
                return true;
            }
            away = rates.away(recipient);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            throw unknown(recipient, e);
        }
        throw heldBack(recipient, "rate", Protection.usedUp(away));
    }

    /** Without the database nobody knows what others do: nothing is sent. */
    private PartnerCallException unknown(Recipient recipient, RuntimeException cause) {
        return heldBack(
                recipient,
                "store",
                new BrokerException(ProblemType.STORE_UNAVAILABLE, "The partner's rate cannot be kept now.", cause));
    }

    private PartnerCallException heldBack(Recipient recipient, String why, BrokerException told) {
        meters.counter("latchkey.partner.held.back", "partner", recipient.registration(), "why", why)
                .increment();
        return PartnerCallException.heldBack(told);
    }
}
