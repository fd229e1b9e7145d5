package dev.latchkey.webhook;

import dev.latchkey.audit.Actor;
import dev.latchkey.caller.limit.SourceNetwork;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.registration.WebhookAddresses;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;

/** Who gets in: whoever knows a registration's path (R121, R128). All others are told the same. Thread-safe. */
@ApplicationScoped
class WebhookDoor {

    private final WebhookAddresses addresses;
    private final WebhooksConfig config;
    private final WebhookRecord record;
    private final PerMinute wrong;
    private final Clock clock;

    WebhookDoor(WebhookAddresses addresses, WebhooksConfig config, WebhookRecord record, Clock clock) {
        this.addresses = addresses;
        this.config = config;
        this.record = record;
        this.wrong = new PerMinute(clock);
        this.clock = clock;
    }

    /**
     * The registration of that path, which has a webhook.
     *
     * @throws BrokerException {@code not_found} for everything else, {@code rate_limited} for who has tried too often
     */
    Partner open(String registration, String name, Actor caller) {
        return addresses.find(registration, name).orElseThrow(() -> stray(caller));
    }

    private BrokerException stray(Actor caller) {
        PerMinute.Window window = wrong.count(SourceNetwork.of(caller.sourceIp()));
        if (window.count() > config.wrongPaths()) {
            record.strayed(ProblemType.RATE_LIMITED.code(), caller);
            return new BrokerException(ProblemType.RATE_LIMITED, "Too many calls from here went to no webhook.")
                    .retryAfter(Duration.between(clock.instant(), window.end()));
        }
        record.strayed(ProblemType.NOT_FOUND.code(), caller);
        return BrokerException.notFound();
    }
}
