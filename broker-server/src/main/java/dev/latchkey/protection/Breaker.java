package dev.latchkey.protection;

import dev.latchkey.outbound.CallGate;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerCallException.Reason;
import dev.latchkey.outbound.PartnerResponse;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.faulttolerance.api.TypedGuard;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.jspecify.annotations.Nullable;

/**
 * Leaves a partner alone that does not work (R61). What counts is that there is no answer, or one that says that the server
 * is broken (5xx); a refusal of whatever kind is the answer of a partner that works (R59, R60). Thread-safe.
 */
final class Breaker {

    private static final int FIRST_SERVER_ERROR = 500;
    private static final Set<Reason> FAILURES =
            Set.of(Reason.UNREACHABLE, Reason.TLS, Reason.BROKEN, Reason.TIMEOUT, Reason.MALFORMED);

    private final TypedGuard<Boolean> guard;
    private final Duration pause;
    private volatile CircuitBreakerState state = CircuitBreakerState.CLOSED;
    private volatile long openedAt;

    Breaker(ProtectionConfig config) {
        pause = config.breakerPause();
        guard = TypedGuard.create(Boolean.class)
                .withCircuitBreaker()
                .requestVolumeThreshold(config.breakerCalls())
                .failureRatio(config.breakerFailures() / 100.0)
                .delay(pause.toMillis(), ChronoUnit.MILLIS)
                .successThreshold(1)
                .when(Breaker::isFailure)
                .onStateChange(this::moved)
                .done()
                .build();
    }

    /** How long the partner is left alone yet; zero if a call may be tried. */
    Duration left() {
        if (state != CircuitBreakerState.OPEN) {
            return Duration.ZERO;
        }
        Duration left = pause.minusNanos(System.nanoTime() - openedAt);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** 0 closed, 1 one call is tried, 2 open. */
    int level() {
        return switch (state) {
            case CLOSED -> 0;
            case HALF_OPEN -> 1;
            case OPEN -> 2;
        };
    }

    /**
     * Makes the call and learns from it.
     *
     * @throws CircuitBreakerOpenException if the call was not made
     */
    <T> T call(CallGate.Call<T> call, Function<T, PartnerResponse> head) throws PartnerCallException {
        AtomicReference<@Nullable T> answer = new AtomicReference<>();
        try {
            guard.call(() -> {
                T came = call.send();
                answer.set(came);
                if (head.apply(came).status() >= FIRST_SERVER_ERROR) {
                    throw new ServerError();
                }
                return true;
            });
        } catch (ServerError e) {
            // only the breaker wants to know
        } catch (PartnerCallException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("a call ends in no other way", e);
        }
        return java.util.Objects.requireNonNull(answer.get());
    }

    private void moved(CircuitBreakerState now) {
        if (now == CircuitBreakerState.OPEN) {
            openedAt = System.nanoTime();
        }
        state = now;
    }

    private static boolean isFailure(Throwable end) {
        return end instanceof ServerError
                || end instanceof PartnerCallException call && FAILURES.contains(call.reason());
    }

    /** An answer that counts as a failure. */
    private static final class ServerError extends Exception {
        private static final long serialVersionUID = 1L;

        ServerError() {
            super("5xx", null, false, false);
        }
    }
}
