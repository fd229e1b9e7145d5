package dev.latchkey.refresh;

import dev.latchkey.audit.Actor;
import dev.latchkey.handshake.Handshakes;
import dev.latchkey.outbound.CallRate;
import dev.latchkey.outbound.Recipient;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.protection.Protection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/**
 * Works through what is due at one partner: a few at a time, as fast as its rate allows, and not at all while it wants to be
 * left alone. So an outage leaves behind a queue and no herd (R62). Thread-safe.
 */
@ApplicationScoped
class AheadLane {

    private static final Logger LOG = Logger.getLogger(AheadLane.class);
    private static final Duration ROUNDING = Duration.ofMillis(1);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Renewals renewals;
    private final Handshakes handshakes;
    private final Protection protection;
    private final RefreshConfig config;

    AheadLane(Renewals renewals, Handshakes handshakes, Protection protection, RefreshConfig config) {
        this.renewals = renewals;
        this.handshakes = handshakes;
        this.protection = protection;
        this.config = config;
    }

    /**
     * One partner's share of a look.
     *
     * @param partner the registration
     * @param rows what is due
     * @param end when the look ends, by {@code System.nanoTime()}
     * @param renewed counts what was renewed
     */
    record Share(String partner, List<LeaseRows.Due> rows, long end, AtomicInteger renewed) {}

    /** Begins to renew what is due. */
    void start(Executor threads, Share share, Actor actor) {
        Recipient recipient = handshakes.partner(share.partner()).recipient();
        Queue<LeaseRows.Due> waiting = new ConcurrentLinkedQueue<>(share.rows());
        int workers = Math.min(share.rows().size(), atOnce(recipient.rate()));
        for (int worker = 0; worker < workers; worker++) {
            threads.execute(() -> work(recipient, waiting, share, actor));
        }
    }

    /** No more than the calls of a second, so that callers who wait for a turn as well wait for a second at most. */
    private int atOnce(Optional<CallRate> rate) {
        long ofASecond = rate.map(it -> SECOND.dividedBy(it.spacing())).orElse(Long.MAX_VALUE);
        return (int) Math.max(1, Math.min(config.aheadConcurrency(), ofASecond));
    }

    private void work(Recipient recipient, Queue<LeaseRows.Due> waiting, Share share, Actor actor) {
        while (!waiting.isEmpty() && isWorthWaiting(recipient, share.end())) {
            LeaseRows.Due next = waiting.poll();
            if (next != null) {
                renew(next, share.renewed(), actor);
            }
        }
    }

    private boolean isWorthWaiting(Recipient recipient, long end) {
        long away = protection.away(recipient).toNanos();
        if (System.nanoTime() + away >= end) {
            return false;
        }
        LockSupport.parkNanos(away);
        return true;
    }

    private void renew(LeaseRows.Due due, AtomicInteger renewed, Actor actor) {
        UUID id = due.connection();
        try {
            if (renewals.await(id, found -> !isStill(due, found), actor).renewed()) {
                renewed.incrementAndGet();
            }
        } catch (BrokerException e) {
            LOG.infof("connection %s was not renewed ahead: %s", id, e.type().code());
        }
    }

    /** Whether what was found is what was due; callers may have renewed it meanwhile (R3). PostgreSQL rounds times. */
    private static boolean isStill(LeaseRows.Due due, HeldToken found) {
        Instant end = found.credential().expiresAt();
        return due.tokenExpiresAt()
                .filter(known -> Duration.between(known, end).abs().compareTo(ROUNDING) < 0)
                .isPresent();
    }
}
