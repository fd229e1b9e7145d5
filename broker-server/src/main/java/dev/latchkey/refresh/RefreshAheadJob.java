package dev.latchkey.refresh;

import dev.latchkey.audit.Actor;
import dev.latchkey.job.Job;
import dev.latchkey.problem.BrokerException;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Renews credentials before they end, so that callers need not wait and unused refresh tokens do not die of age. Each
 * partner has its own share of a look, and what does not fit into it is left to the next one: a partner that is slow, or
 * whose rate is low, costs the others nothing.
 */
@ApplicationScoped
class RefreshAheadJob implements Job {

    private static final Logger LOG = Logger.getLogger(RefreshAheadJob.class);

    /**
     * Length of one look, which also renews what falls due while it runs; calls in progress are not cut off. It exceeds
     * the job's default pause plus the scheduler's delay, because credentials that fall due between two looks would be
     * renewed all at once (R17).
     */
    private static final Duration LOOK = Duration.ofSeconds(7);
    /** While there is something to renew, one look follows the other. */
    private static final int MOST_LOOKS = 40;

    private final DueRows rows;
    private final AheadLane lane;
    private final RefreshConfig config;
    private volatile boolean stopping;

    RefreshAheadJob(DueRows rows, AheadLane lane, RefreshConfig config) {
        this.rows = rows;
        this.lane = lane;
        this.config = config;
    }

    @Override
    public String name() {
        return "refresh-ahead";
    }

    @Override
    public Duration pause() {
        return config.aheadPause();
    }

    @Override
    public void run(Actor actor) {
        boolean more = config.ahead();
        for (int look = 0; more && look < MOST_LOOKS && !stopping; look++) {
            more = look(actor);
        }
    }

    /** Before those who wait for this job, or for its renewals. */
    void stop(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
        stopping = true;
        lane.stop();
    }

    /** Whether anything was renewed, so that it is worth while to look again at once. */
    private boolean look(Actor actor) {
        AtomicInteger renewed = new AtomicInteger();
        Map<String, List<DueRows.Due>> due =
                rows.within(LOOK, config.aheadBatch()).stream().collect(Collectors.groupingBy(DueRows.Due::partner));
        long begin = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            due.forEach(
                    (partner, some) -> start(threads, new AheadLane.Share(partner, some, begin, LOOK, renewed), actor));
        }
        return renewed.get() > 0;
    }

    /** A registration that cannot be used hinders no other. */
    private void start(ExecutorService threads, AheadLane.Share share, Actor actor) {
        try {
            lane.start(threads, share, actor);
        } catch (BrokerException e) {
            LOG.warnf(
                    "nothing of partner %s is renewed ahead: %s",
                    share.partner(), e.type().code());
        }
    }
}
