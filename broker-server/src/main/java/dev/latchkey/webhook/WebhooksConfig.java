package dev.latchkey.webhook;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What partners may send us. */
@ConfigMapping(prefix = "latchkey.webhooks")
public interface WebhooksConfig {

    /**
     * Webhook calls a minute to paths that do not exist that one source address (for IPv6 its /64 network) has before it is
     * told to wait. A call to a path that exists is never held up by it.
     */
    @WithDefault("20")
    int wrongPaths();

    /** Audit rows a minute about refused and repeated messages of one registration; more are counted only. */
    @WithDefault("10")
    int auditedRefusals();
}
