package dev.latchkey.webhook;

import dev.latchkey.audit.Actor;
import dev.latchkey.job.Job;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** Forgets messages that came so long ago that no partner sends them again (R124 asks for 24 hours). */
@ApplicationScoped
class SeenMessagesJob implements Job {

    static final Duration REMEMBERED = Duration.ofHours(48);

    private final SeenMessages seen;

    SeenMessagesJob(SeenMessages seen) {
        this.seen = seen;
    }

    @Override
    public String name() {
        return "webhook-memory";
    }

    @Override
    public Duration pause() {
        return Duration.ofMinutes(10);
    }

    @Override
    public void run(Actor actor) {
        seen.forgetOlderThan(REMEMBERED);
    }
}
