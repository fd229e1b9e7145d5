package dev.latchkey.event;

import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.problem.BrokerException;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** One attempt to deliver one event, and the note of how it ended. Thread-safe. */
@ApplicationScoped
class EventDelivery {

    private static final Logger LOG = Logger.getLogger(EventDelivery.class);

    private final OutboxRows rows;
    private final EventSigner signer;
    private final PartnerHttp http;
    private final Backoff backoff;
    private final MeterRegistry meters;

    EventDelivery(OutboxRows rows, EventSigner signer, PartnerHttp http, Backoff backoff, MeterRegistry meters) {
        this.rows = rows;
        this.signer = signer;
        this.http = http;
        this.backoff = backoff;
        this.meters = meters;
    }

    /** Sends the event once. If the outcome cannot be noted, the claim runs out and the event is sent again. */
    void attempt(ClaimedEvent event) {
        Optional<String> failure = send(event);
        if (failure.isEmpty()) {
            rows.delivered(event.id());
            meters.counter("latchkey.events.delivered").increment();
            return;
        }
        boolean dead = rows.failed(event, failure.get(), backoff.after(event.attempt()));
        meters.counter("latchkey.events.failed", "outcome", dead ? "dead" : "retry")
                .increment();
        if (dead) {
            LOG.warnf("event %s for app %s is given up: %s", event.id(), event.app(), failure.get());
        }
    }

    /** Empty if the app accepted it, or a code of why it did not. */
    private Optional<String> send(ClaimedEvent event) {
        if (event.url().isEmpty()) {
            return Optional.of("no_events_url");
        }
        try {
            Optional<Map<String, String>> signed = signer.headers(event);
            if (signed.isEmpty()) {
                return Optional.of("no_events_secret");
            }
            int status =
                    http.send(request(event.url().get(), signed.get(), event)).status();
            return status / 100 == 2 ? Optional.empty() : Optional.of("http_" + status);
        } catch (PartnerCallException e) {
            return Optional.of(e.reason().name().toLowerCase(Locale.ROOT));
        } catch (BrokerException e) {
            return Optional.of(e.type().code());
        }
    }

    private static PartnerRequest request(URI url, Map<String, String> signed, ClaimedEvent event) {
        Map<String, String> headers = new LinkedHashMap<>(signed);
        headers.put("content-type", "application/json");
        return new PartnerRequest("POST", url, headers, event.body().getBytes(StandardCharsets.UTF_8));
    }
}
