package dev.latchkey.refresh;

import dev.latchkey.audit.Actor;
import dev.latchkey.job.Job;
import dev.latchkey.problem.BrokerException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jboss.logging.Logger;

/** Renews credentials before they end, so that callers need not wait and unused refresh tokens do not die of age. */
@ApplicationScoped
class RefreshAheadJob implements Job {

    private static final Logger LOG = Logger.getLogger(RefreshAheadJob.class);

    private static final Duration ROUNDING = Duration.ofMillis(1);

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
        List<LeaseRows.Due> due = leases.due(config.aheadBatch());
        try (ExecutorService threads = Executors.newFixedThreadPool(
                config.aheadConcurrency(), Thread.ofVirtual().factory())) {
            due.forEach(row -> threads.execute(() -> renew(row, actor)));
        }
    }

    private void renew(LeaseRows.Due due, Actor actor) {
        UUID id = due.connection();
        try {
            renewals.await(id, found -> !isStill(due, found), actor);
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
