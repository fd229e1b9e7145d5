package dev.latchkey.identity;

import dev.latchkey.audit.Actor;
import dev.latchkey.caller.issuer.DisabledPrincipals;
import dev.latchkey.job.Job;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** Goes on with events whose replica died over them, and forgets old ones. */
@ApplicationScoped
class IdentityEventJob implements Job {

    /** Longer than a sender tries with the same event while it gets answers that are lost. */
    private static final Duration REMEMBERED = Duration.ofDays(7);

    private final IdentityEvents events;
    private final IdentityEventRows rows;
    private final DisabledPrincipals disabled;

    IdentityEventJob(IdentityEvents events, IdentityEventRows rows, DisabledPrincipals disabled) {
        this.events = events;
        this.rows = rows;
        this.disabled = disabled;
    }

    @Override
    public String name() {
        return "identity-events";
    }

    @Override
    public Duration pause() {
        return Duration.ofSeconds(5);
    }

    @Override
    public void run(Actor actor) {
        events.finishOpen(actor);
        rows.forgetOlderThan(REMEMBERED);
        disabled.forgetOld();
    }
}
