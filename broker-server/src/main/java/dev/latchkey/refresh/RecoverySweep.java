package dev.latchkey.refresh;

import dev.latchkey.audit.Actor;
import dev.latchkey.job.Job;
import dev.latchkey.problem.BrokerException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Looks for renewals that nobody finished, at the start and every 30 s, and has each gone through as any would-be owner
 * does: what the journal holds is stored, what the vault holds is noted, what may be sent again is sent again.
 */
@ApplicationScoped
class RecoverySweep implements Job {

    private static final Logger LOG = Logger.getLogger(RecoverySweep.class);
    private static final int BATCH = 200;
    /** One after the other, what died together would outlast a partner's grace. */
    private static final int AT_ONCE = 8;

    private static final Duration ROUNDING = Duration.ofSeconds(1);

    private final IntentRows intents;
    private final JournalDrain drain;
    private final Renewals renewals;
    private final LeaseRows leases;
    private final CountDownLatch ending = new CountDownLatch(1);

    RecoverySweep(IntentRows intents, JournalDrain drain, Renewals renewals, LeaseRows leases) {
        this.intents = intents;
        this.drain = drain;
        this.renewals = renewals;
        this.leases = leases;
    }

    /**
     * Runs at every start, in addition to the scheduled job, which may last have run in a process that has died since.
     * Runs again when the leases of that process have expired, because a partner's grace period may be as short as the
     * job's pause.
     */
    void atStart(@Observes StartupEvent event) {
        Thread.ofVirtual().name("refresh-recovery").start(() -> {
            look();
            if (!endsWithin(leases.length().plus(ROUNDING))) {
                look();
            }
        });
    }

    /** Before those who wait for this job, or for its renewals: what was not begun is left to another process. */
    void atEnd(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
        ending.countDown();
    }

    private boolean endsWithin(Duration time) {
        try {
            return ending.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void look() {
        try {
            run(Actor.system(name(), UUID.randomUUID().toString()));
        } catch (RuntimeException e) {
            LOG.warn("the recovery at the start failed; the job tries again", e);
        }
    }

    @Override
    public String name() {
        return "refresh-recovery";
    }

    @Override
    public Duration pause() {
        return Duration.ofSeconds(30);
    }

    @Override
    public void run(Actor actor) {
        drain.dropOrphans(actor);
        List<UUID> unfinished = intents.unfinished(BATCH);
        try (ExecutorService threads =
                Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            unfinished.forEach(id -> threads.execute(() -> finish(id, actor)));
        }
    }

    private void finish(UUID id, Actor actor) {
        if (ending.getCount() == 0) {
            return;
        }
        try {
            renewals.await(id, found -> true, actor);
        } catch (BrokerException e) {
            LOG.infof("connection %s is not recovered yet: %s", id, e.type().code());
        } catch (RuntimeException e) {
            LOG.warnf(e, "the recovery of connection %s failed", id);
        }
    }
}
