package dev.latchkey.refresh;

import dev.latchkey.audit.Actor;
import dev.latchkey.handshake.Handshakes;
import dev.latchkey.outbound.CallRate;
import dev.latchkey.outbound.Recipient;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.protection.Protection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
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
 * Works through what is due at one partner: each when it falls due, a few at a time, as fast as its rate allows, and not at
 * all while it wants to be left alone. So due times that were spread by chance stay spread (R17), and an outage leaves
 * behind a queue and no herd (R62). Thread-safe.
 */
@ApplicationScoped
class AheadLane {

    private static final Logger LOG = Logger.getLogger(AheadLane.class);
    private static final Duration SECOND = Duration.ofSeconds(1);
    /** How often a waiting worker checks whether the process is shutting down. */
    private static final Duration NAP = Duration.ofMillis(200);

    private final Renewals renewals;
    private final Handshakes handshakes;
    private final Protection protection;
    private final RefreshConfig config;
    private volatile boolean stopping;

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
     * @param rows what is due, or will be until the look ends, in that order
     * @param begin when the look began, by {@code System.nanoTime()}
     * @param length how long it lasts
     * @param renewed counts what was renewed
     */
    record Share(String partner, List<DueRows.Due> rows, long begin, Duration length, AtomicInteger renewed) {

        /** How long it is until then, from now on. */
        Duration until(Duration sinceBegin) {
            return sinceBegin.minusNanos(System.nanoTime() - begin);
        }
    }

    /** Begins to renew what is due. */
    void start(Executor threads, Share share, Actor actor) {
        Recipient recipient = handshakes.partner(share.partner()).recipient();
        Queue<DueRows.Due> waiting = new ConcurrentLinkedQueue<>(share.rows());
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

    /** Lets whoever waits for a time give up; what was sent goes on. */
    void stop() {
        stopping = true;
    }

    private void work(Recipient recipient, Queue<DueRows.Due> waiting, Share share, Actor actor) {
        DueRows.Due next = waiting.poll();
        while (next != null && isReached(share.until(next.left()), share) && isFree(recipient, share)) {
            renew(next, share.renewed(), actor);
            next = waiting.poll();
        }
    }

    private boolean isFree(Recipient recipient, Share share) {
        return isReached(protection.away(recipient), share);
    }

    /** Waits, if that time is within the look; what is left over is for the next one. */
    private boolean isReached(Duration away, Share share) {
        if (away.compareTo(share.until(share.length())) >= 0) {
            return false;
        }
        long end = System.nanoTime() + away.toNanos();
        for (long left = away.toNanos(); left > 0 && !stopping; left = end - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, NAP.toNanos()));
        }
        return !stopping;
    }

    private void renew(DueRows.Due due, AtomicInteger renewed, Actor actor) {
        UUID id = due.connection();
        try {
            // callers may have renewed meanwhile what was due (R3)
            if (renewals.await(id, found -> !found.endsAt(due.tokenExpiresAt()), actor)
                    .renewed()) {
                renewed.incrementAndGet();
            }
        } catch (BrokerException e) {
            LOG.infof("connection %s was not renewed ahead: %s", id, e.type().code());
        } catch (RuntimeException e) {
            // the others still are
            LOG.warnf(e, "connection %s was not renewed ahead", id);
        }
    }
}
