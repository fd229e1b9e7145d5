package dev.latchkey.sandbox.webhook;

import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.oauth2.grant.TokenSource;
import dev.latchkey.sandbox.webhook.Webhook.Delivery;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;

/** The webhooks that were saved, and the sending. Thread-safe. */
public final class WebhookBook {

    /** The real Noones wants https; the sandbox calls this machine only, so that nobody else can be made its target. */
    private static final Set<String> OWN_MACHINE = Set.of("127.0.0.1", "localhost", "[::1]");

    private static final long PAUSE_MILLIS = 100;

    /** How an event is signed. */
    public enum Signing {
        /** As the key has it: with its secret, or not at all. */
        RIGHT,
        /** With another secret. */
        WRONG,
        /** Without the header. */
        NONE
    }

    private final Map<String, Webhook> webhooks = new ConcurrentSkipListMap<>();
    private final WebhookSender sender = new WebhookSender();
    private final TokenSource tokens;
    private final Clock clock;

    public WebhookBook(TokenSource tokens, Clock clock) {
        this.tokens = tokens;
        this.clock = clock;
    }

    /** Challenges the URL and keeps it if it answers as it must; else refuses with 422. */
    public Webhook save(URI url, Optional<String> secret) {
        if (!"http".equals(url.getScheme()) || !OWN_MACHINE.contains(String.valueOf(url.getHost()))) {
            throw new Refusal(400, "invalid_request", "the sandbox calls http on this machine only");
        }
        sender.challenge(url, tokens.next("challenge"));
        Webhook saved = Webhook.saved(tokens.next("wh"), url, secret);
        webhooks.put(saved.id(), saved);
        return saved;
    }

    /** Sends an event until it is accepted, at most {@code attempts} times. */
    public Delivery fire(String id, String body, Signing signing, int attempts) {
        Webhook webhook = get(id);
        return deliver(webhook, body, signature(webhook, body, signing), attempts);
    }

    /** Sends the last event once more, byte for byte. */
    public Delivery repeat(String id) {
        Webhook webhook = get(id);
        if (webhook.deliveries().isEmpty()) {
            throw new Refusal(409, "invalid_request", "nothing was sent yet");
        }
        Delivery last = webhook.deliveries().getLast();
        return deliver(webhook, last.body(), last.signature(), 1);
    }

    /** A body as an event of that kind has it; no two are equal. */
    public String bodyOf(EventKind kind) {
        return "{\"type\":\"" + kind.label() + "\",\"timestamp\":"
                + clock.instant().getEpochSecond() + ",\"payload\":{\"id\":\"" + tokens.next("event") + "\"}}";
    }

    public Collection<Webhook> all() {
        return List.copyOf(webhooks.values());
    }

    public void delete(String id) {
        webhooks.remove(get(id).id());
    }

    public void clear() {
        webhooks.clear();
    }

    private Webhook get(String id) {
        Webhook webhook = webhooks.get(id);
        if (webhook == null) {
            throw new Refusal(404, "not_found", "unknown webhook");
        }
        return webhook;
    }

    private static Optional<String> signature(Webhook webhook, String body, Signing signing) {
        return switch (signing) {
            case RIGHT -> webhook.secret().map(secret -> WebhookSender.signature(body, secret));
            case WRONG -> Optional.of(WebhookSender.signature(body, "another secret"));
            case NONE -> Optional.empty();
        };
    }

    private Delivery deliver(Webhook webhook, String body, Optional<String> signature, int attempts) {
        List<Integer> statuses = new ArrayList<>();
        while (statuses.size() < attempts) {
            if (!statuses.isEmpty() && !pause()) {
                break;
            }
            int status = sender.attempt(webhook.url(), body, signature);
            statuses.add(status);
            if (status / 100 == 2) {
                break;
            }
        }
        Delivery delivery = new Delivery(body, signature, List.copyOf(statuses));
        webhook.deliveries().add(delivery);
        return delivery;
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
            return true;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
