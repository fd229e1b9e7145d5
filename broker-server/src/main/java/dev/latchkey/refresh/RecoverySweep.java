package dev.latchkey.refresh;

import dev.latchkey.audit.Actor;
import dev.latchkey.job.Job;
import dev.latchkey.problem.BrokerException;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Looks for renewals that nobody finished, at the start and every 30 s, and has each gone through as any would-be owner
 * does: what the journal holds is stored, what the vault holds is noted, what may be sent again is sent again.
 */
@ApplicationScoped
class RecoverySweep implements Job {

    private static final Logger LOG = Logger.getLogger(RecoverySweep.class);
    private static final int BATCH = 200;

    private final IntentRows intents;
    private final RefreshProtocol protocol;
    private final Renewals renewals;

    RecoverySweep(IntentRows intents, RefreshProtocol protocol, Renewals renewals) {
        this.intents = intents;
        this.protocol = protocol;
        this.renewals = renewals;
    }

    /** Beside the job, which may have run a moment ago in a process that is dead by now. */
    void atStart(@Observes StartupEvent event) {
        Thread.ofVirtual().name("refresh-recovery").start(() -> {
            try {
                run(Actor.system(name(), UUID.randomUUID().toString()));
            } catch (RuntimeException e) {
                LOG.warn("the recovery at the start failed; the job tries again", e);
            }
        });
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
        protocol.dropOrphans(actor);
        intents.unfinished(BATCH).forEach(id -> finish(id, actor));
    }

    private void finish(UUID id, Actor actor) {
        try {
            renewals.await(id, found -> true, actor);
        } catch (BrokerException e) {
            LOG.infof("connection %s is not recovered yet: %s", id, e.type().code());
        } catch (RuntimeException e) {
            LOG.warnf(e, "the recovery of connection %s failed", id);
        }
    }
}
