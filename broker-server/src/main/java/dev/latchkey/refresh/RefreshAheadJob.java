package dev.latchkey.refresh;

import dev.latchkey.audit.Actor;
import dev.latchkey.job.Job;
import dev.latchkey.problem.BrokerException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jboss.logging.Logger;

/** Renews credentials before they end, so that callers need not wait and unused refresh tokens do not die of age. */
@ApplicationScoped
class RefreshAheadJob implements Job {

    private static final Logger LOG = Logger.getLogger(RefreshAheadJob.class);

    private final LeaseRows leases;
    private final Renewals renewals;
    private final RefreshConfig config;

    RefreshAheadJob(LeaseRows leases, Renewals renewals, RefreshConfig config) {
        this.leases = leases;
        this.renewals = renewals;
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
        if (!config.ahead()) {
            return;
        }
        List<UUID> due = leases.due(config.aheadBatch());
        try (ExecutorService threads = Executors.newFixedThreadPool(
                config.aheadConcurrency(), Thread.ofVirtual().factory())) {
            due.forEach(id -> threads.execute(() -> renew(id, actor)));
        }
    }

    private void renew(UUID id, Actor actor) {
        try {
            renewals.await(id, actor);
        } catch (BrokerException e) {
            LOG.infof("connection %s was not renewed ahead: %s", id, e.type().code());
        }
    }
}
