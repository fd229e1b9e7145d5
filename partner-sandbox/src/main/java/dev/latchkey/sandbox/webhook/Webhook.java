package dev.latchkey.sandbox.webhook;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A URL that passed the challenge, and what was sent to it.
 *
 * @param secret the API secret of an HMAC key; an OAuth 2 key has none that signs, and its events go unsigned
 */
public record Webhook(String id, URI url, Optional<String> secret, List<Delivery> deliveries) {

    /**
     * One event.
     *
     * @param signature what went into the signature header; empty for none
     * @param statuses what each attempt was answered; 0 for no answer
     */
    public record Delivery(String body, Optional<String> signature, List<Integer> statuses) {}

    static Webhook saved(String id, URI url, Optional<String> secret) {
        return new Webhook(id, url, secret, new CopyOnWriteArrayList<>());
    }
}
