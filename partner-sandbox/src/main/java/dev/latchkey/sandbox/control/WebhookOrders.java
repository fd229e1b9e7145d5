package dev.latchkey.sandbox.control;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.Fields;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.webhook.EventKind;
import dev.latchkey.sandbox.webhook.Webhook;
import dev.latchkey.sandbox.webhook.WebhookBook;
import dev.latchkey.sandbox.webhook.WebhookBook.Signing;
import java.net.URI;
import java.util.Locale;

/** What Noones' developer page does: saves webhook URLs; and what happens at Noones: events. */
final class WebhookOrders {

    private static final int MOST_ATTEMPTS = 20;
    private static final int ATTEMPTS = 3;

    private final WebhookBook book;

    WebhookOrders(WebhookBook book) {
        this.book = book;
    }

    ObjectNode save(ObjectNode json) {
        Fields f = new Fields(json);
        String url = f.requiredText("url");
        var secret = f.text("secret");
        f.done();
        try {
            return toJson(book.save(URI.create(url), secret));
        } catch (IllegalArgumentException malformed) {
            throw new Refusal(400, "invalid_request", "url is malformed");
        }
    }

    ArrayNode list() {
        ArrayNode all = StrictJson.object().arrayNode();
        book.all().forEach(webhook -> all.add(toJson(webhook)));
        return all;
    }

    ObjectNode fire(String id, ObjectNode json) {
        Fields f = new Fields(json);
        EventKind kind = f.text("kind").map(EventKind::of).orElse(EventKind.TRADE_STARTED);
        String body = f.text("body").orElseGet(() -> book.bodyOf(kind));
        Signing signing = f.text("signature").map(WebhookOrders::signing).orElse(Signing.RIGHT);
        long attempts = Math.clamp(f.integer("attempts").orElse((long) ATTEMPTS), 1, MOST_ATTEMPTS);
        f.done();
        return toJson(book.fire(id, body, signing, (int) attempts));
    }

    ObjectNode repeat(String id) {
        return toJson(book.repeat(id));
    }

    private static Signing signing(String text) {
        try {
            return Signing.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new Refusal(400, "invalid_request", "signature must be right, wrong or none");
        }
    }

    private static ObjectNode toJson(Webhook webhook) {
        ObjectNode json = StrictJson.object()
                .put("id", webhook.id())
                .put("url", webhook.url().toString())
                .put("signed", webhook.secret().isPresent());
        ArrayNode deliveries = json.putArray("deliveries");
        webhook.deliveries().forEach(delivery -> deliveries.add(toJson(delivery)));
        return json;
    }

    private static ObjectNode toJson(Webhook.Delivery delivery) {
        ObjectNode json = StrictJson.object().put("body", delivery.body());
        delivery.signature().ifPresent(value -> json.put("signature", value));
        delivery.statuses().forEach(json.putArray("statuses")::add);
        return json;
    }
}
