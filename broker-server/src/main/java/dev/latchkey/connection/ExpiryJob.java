package dev.latchkey.connection;

import dev.latchkey.audit.Actor;
import dev.latchkey.job.Job;
import dev.latchkey.problem.BrokerException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Ends connections whose approval has run out, and finishes what was interrupted in ending others. */
@ApplicationScoped
class ExpiryJob implements Job {

    private static final Logger LOG = Logger.getLogger(ExpiryJob.class);
    private static final int BATCH = 100;

    private final ConnectionLifecycle lifecycle;
    private final PartnerSide partnerSide;

    ExpiryJob(ConnectionLifecycle lifecycle, PartnerSide partnerSide) {
        this.lifecycle = lifecycle;
        this.partnerSide = partnerSide;
    }

    @Override
    public String name() {
        return "connection-expiry";
    }

    @Override
    public Duration pause() {
        return Duration.ofSeconds(10);
    }

    @Override
    public void run(Actor actor) {
        lifecycle.expireDue(BATCH, actor).forEach(connection -> disconnect(connection, actor));
        lifecycle.notForgotten(BATCH).forEach(connection -> disconnect(connection, actor));
    }

    private void disconnect(Connection connection, Actor actor) {
        try {
            partnerSide.disconnect(connection, actor);
        } catch (BrokerException e) {
            LOG.infof(e, "connection %s is disconnected in a later run", connection.id());
        }
    }
}
