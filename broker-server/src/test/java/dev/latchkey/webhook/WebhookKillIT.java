package dev.latchkey.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.event.EventReceiver;
import dev.latchkey.sandbox.Sandbox;
import dev.latchkey.sandbox.SandboxConfig;
import dev.latchkey.sandbox.client.SandboxControl;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerProcess;
import dev.latchkey.testkit.ChildProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The packaged broker dies with accepted events in hand, while the app is away or fails. */
class WebhookKillIT {

    private static final String SECRET = "the-secret-of-the-sandbox";
    private static final int EVENTS = 12;
    /** The pauses between attempts grow while the app fails or the broker is away. */
    private static final Duration PATIENCE = Duration.ofSeconds(300);

    @Test
    @DisplayName("R127 delivers all that was accepted before two kills -9, in order, with the ids that they had before")
    void survivesKills() throws Exception {
        int port = ChildProcess.freePort();
        try (Sandbox sandbox = Sandbox.start(SandboxConfig.defaults());
                BrokerProcess broker = BrokerProcess.start()) {
            SandboxControl noones = new SandboxControl(sandbox.baseUri());
            BrokerApi admin = BrokerApi.authorized(broker.baseUri(), broker.admin());
            String url = admin.post(
                            "/partners",
                            Map.of(
                                    "id", "noones",
                                    "catalog", "noones-hmac",
                                    "credentials", Map.of("api_key", "k", "api_secret", SECRET)))
                    .expect(201)
                    .text("webhook_url");
            String events = app(broker, admin, "http://127.0.0.1:" + port + "/events");
            String webhook = noones.saveWebhook(url, Optional.of(SECRET));

            // nobody listens at the app: accepted, and not delivered
            List<String> accepted = new ArrayList<>();
            for (int i = 0; i < EVENTS / 2; i++) {
                accepted.add(accept(noones, webhook, i));
            }
            broker.kill9();
            broker.startAgain();

            // the same URL as before; the app is there and fails
            List<EventReceiver.Received> received;
            try (EventReceiver app = EventReceiver.start(events, port)) {
                app.answerWith(500, 500, 500);
                for (int i = EVENTS / 2; i < EVENTS; i++) {
                    accepted.add(accept(noones, webhook, i));
                }
                await().atMost(PATIENCE).until(() -> !app.received().isEmpty());
                broker.kill9();
                broker.startAgain();
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(payloads(app)).contains("{\"n\":" + (EVENTS - 1) + "}"));
                received = List.copyOf(app.received());
            }

            assertThat(received).allMatch(EventReceiver.Received::genuine);
            List<String> partnerEvents = received.stream()
                    .filter(it -> it.body().contains("partner.event"))
                    .map(WebhookKillIT::payload)
                    .toList();
            // at least once each, none before its predecessor
            assertThat(partnerEvents.stream().distinct().toList()).isEqualTo(accepted);
            assertThat(IntStream.range(1, partnerEvents.size())
                            .allMatch(i -> accepted.indexOf(partnerEvents.get(i - 1))
                                    <= accepted.indexOf(partnerEvents.get(i))))
                    .isTrue();
            assertThat(received.stream().map(EventReceiver.Received::id).distinct())
                    .hasSameSizeAs(received.stream()
                            .map(EventReceiver.Received::body)
                            .distinct()
                            .toList());
            assertThat(accept(noones, webhook, 0)).isEqualTo("{\"n\":0}");
        }
    }

    /** Registers an app with a connection; its events secret. */
    private static String app(BrokerProcess broker, BrokerApi admin, String eventsUrl) {
        BrokerApi.Answer made = admin.post(
                        "/apps",
                        Map.of("id", "shop", "name", "Shop", "return_urls", List.of(), "events_url", eventsUrl))
                .expect(201);
        String id = BrokerApi.as(broker.baseUri(), "shop", made.text("secret"))
                .post("/connections", Map.of("partner", "noones", "owner", "us", "scopes", List.of()))
                .expect(201)
                .text("id");
        BrokerApi.authorized(broker.baseUri(), broker.approver())
                .post("/connections/" + id + "/approve")
                .expect(200);
        return made.text("events_secret");
    }

    private static String accept(SandboxControl noones, String webhook, int number) {
        JsonNode sent = noones.fireWebhook(webhook, Map.of("body", "{\"n\":" + number + "}", "attempts", 1));
        assertThat(sent.path("statuses")).hasToString("[200]");
        return sent.path("body").asText();
    }

    private static List<String> payloads(EventReceiver app) {
        return app.received().stream().map(WebhookKillIT::payload).toList();
    }

    private static String payload(EventReceiver.Received received) {
        return received.body().replaceFirst("(?s).*\"payload\":(.*)}", "$1");
    }
}
