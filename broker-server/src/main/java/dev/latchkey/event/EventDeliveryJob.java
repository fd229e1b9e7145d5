package dev.latchkey.event;

import dev.latchkey.audit.Actor;
import dev.latchkey.job.Job;
import dev.latchkey.outbound.OutboundConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jboss.logging.Logger;

/** Delivers the events that are due, round after round; a slow app holds up the others for one call's deadline at most. */
@ApplicationScoped
class EventDeliveryJob implements Job {

    private static final Logger LOG = Logger.getLogger(EventDeliveryJob.class);
    private static final int MOST_OF_AN_APP = 8;
    private static final int MOST = 32;
    private static final int MOST_ROUNDS = 20;
    /** What a delivery needs beside the call itself: the vault, the notes in the database. */
    private static final Duration SLACK = Duration.ofSeconds(50);

    private final OutboxRows rows;
    private final EventDelivery delivery;
    private final Duration lease;

    EventDeliveryJob(OutboxRows rows, EventDelivery delivery, OutboundConfig outbound) {
        this.rows = rows;
        this.delivery = delivery;
        this.lease = outbound.deadline().plus(SLACK);
    }

    @Override
    public String name() {
        return "event-delivery";
    }

    @Override
    public Duration pause() {
        return Duration.ofSeconds(1);
    }

    @Override
    public void run(Actor actor) {
        for (int round = 0; round < MOST_ROUNDS; round++) {
            List<ClaimedEvent> claimed = rows.claim(MOST_OF_AN_APP, MOST, lease);
            if (claimed.isEmpty()) {
                return;
            }
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                claimed.forEach(event -> threads.execute(() -> deliver(event)));
            }
        }
    }

    private void deliver(ClaimedEvent event) {
        try {
            delivery.attempt(event);
        } catch (RuntimeException e) {
            LOG.warnf(e, "event %s is tried again when its claim has run out", event.id());
        }
    }
}
