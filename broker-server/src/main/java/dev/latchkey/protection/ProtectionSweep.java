package dev.latchkey.protection;

import dev.latchkey.audit.Actor;
import dev.latchkey.job.Job;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** Removes pauses that are over, and buckets that nobody has asked for long. */
@ApplicationScoped
class ProtectionSweep implements Job {

    private final PauseRows pauses;
    private final SharedRates rates;

    ProtectionSweep(PauseRows pauses, SharedRates rates) {
        this.pauses = pauses;
        this.rates = rates;
    }

    @Override
    public String name() {
        return "protection-sweep";
    }

    @Override
    public Duration pause() {
        return Duration.ofHours(1);
    }

    @Override
    public void run(Actor actor) {
        pauses.clean();
        rates.clean();
    }
}
