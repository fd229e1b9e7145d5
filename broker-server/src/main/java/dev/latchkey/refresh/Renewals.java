package dev.latchkey.refresh;

import dev.latchkey.audit.Actor;
import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.problem.BrokerException;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * One renewal of a connection at a time in this process: callers, {@code min_ttl} and the renewal ahead all join the one
 * that runs (R3). It goes on when its callers have lost patience (R4), and the process waits for it before it ends (R24).
 * Thread-safe.
 */
@ApplicationScoped
class Renewals {

    /** So long a caller waits; nobody waits any longer for what a renewal needs. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What a drain leaves after the longest call, to bring its answer to safety. */
    private static final Duration TO_STORE = Duration.ofSeconds(10);

    private final RefreshProtocol protocol;
    private final MeterRegistry meters;
    private final Duration drain;
    private final Map<UUID, CompletableFuture<HeldToken>> running = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    Renewals(RefreshProtocol protocol, MeterRegistry meters, OutboundConfig outbound) {
        this.protocol = protocol;
        this.meters = meters;
        this.drain = drain(outbound);
    }

    /** How long the end of the process waits for renewals: as long as a call that has just begun may need. */
    static Duration drain(OutboundConfig outbound) {
        return outbound.deadline().plus(TO_STORE);
    }

    /**
     * What is left of a caller's 10 s, however many renewals it waits for.
     *
     * @param end by {@link System#nanoTime()}
     */
    record Patience(long end) {

        /** All of it. */
        static Patience begin() {
            return new Patience(System.nanoTime() + PATIENCE.toNanos());
        }

        private long nanosLeft() {
            return end - System.nanoTime();
        }

        boolean isOver() {
            return nanosLeft() <= 0;
        }
    }

    /** The same for who waits for no other renewal. */
    HeldToken await(UUID connection, Predicate<HeldToken> enough, Actor actor) {
        return await(connection, enough, actor, Patience.begin());
    }

    /**
     * The outcome of the running renewal, or of a new one; {@code refresh_in_progress} when the patience is over.
     *
     * @param enough says of what the vault holds whether it makes a new renewal needless
     */
    HeldToken await(UUID connection, Predicate<HeldToken> enough, Actor actor, Patience patience) {
        if (patience.isOver()) {
            throw RefreshProtocol.inProgress();
        }
        try {
            return join(connection, enough, actor).get(patience.nanosLeft(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw RefreshProtocol.inProgress();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RefreshProtocol.inProgress();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BrokerException problem) {
                throw problem;
            }
            throw new IllegalStateException("a renewal failed unexpectedly", e.getCause());
        }
    }

    private CompletableFuture<HeldToken> join(UUID connection, Predicate<HeldToken> enough, Actor actor) {
        CompletableFuture<HeldToken> mine = new CompletableFuture<>();
        CompletableFuture<HeldToken> other = running.putIfAbsent(connection, mine);
        if (other != null) {
            return other;
        }
        threads.execute(() -> run(connection, enough, actor, mine));
        return mine;
    }

    private void run(UUID connection, Predicate<HeldToken> enough, Actor actor, CompletableFuture<HeldToken> outcome) {
        try {
            HeldToken token = protocol.renew(connection, enough, actor);
            count(token.renewed() ? "renewed" : "found");
            running.remove(connection, outcome);
            outcome.complete(token);
        } catch (Throwable e) {
            count(e instanceof BrokerException problem ? problem.type().code() : "failed");
            running.remove(connection, outcome);
            outcome.completeExceptionally(e);
            if (e instanceof Error error && !(e instanceof AssertionError)) {
                throw error;
            }
        }
    }

    private void count(String outcome) {
        meters.counter("latchkey.renewals", "outcome", outcome).increment();
    }

    void drain(@Observes ShutdownEvent event) throws InterruptedException {
        threads.shutdown();
        threads.awaitTermination(drain.toMillis(), TimeUnit.MILLISECONDS);
    }
}
