package dev.latchkey.sandbox.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.latchkey.sandbox.testkit.Rig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The sandbox as the sender of Noones' webhooks, against a receiver written for this test. */
class NoonesWebhooksTest {

    private static final String CHALLENGE = "X-Noones-Request-Challenge";

    private final Rig rig = new Rig();
    private final List<String> received = new ArrayList<>();
    private final Queue<Integer> statuses = new ArrayDeque<>();
    private boolean echoes = true;
    private HttpServer receiver;

    @BeforeEach
    void start() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", this::receive);
        receiver.start();
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
        rig.close();
    }

    @Test
    @DisplayName("saves a URL only if it says the challenge back, which comes without body and signature")
    void challenges() {
        rig.control().saveWebhook(url(), Optional.of("s"));
        echoes = false;

        assertThatThrownBy(() -> rig.control().saveWebhook(url(), Optional.of("s")))
                .hasMessageContaining("422")
                .hasMessageContaining("challenge_failed");
        assertThat(received).hasSize(2).allMatch(request -> request.startsWith("challenge  null"));
    }

    @Test
    @DisplayName("calls no other machine")
    void staysAtHome() {
        assertThatThrownBy(() -> rig.control().saveWebhook("http://192.0.2.1/", Optional.empty()))
                .hasMessageContaining("this machine only");
    }

    @Test
    @DisplayName("signs the body with the key's secret in lower-case hex, or wrongly, or not at all, as ordered")
    void signs() {
        String signed = rig.control().saveWebhook(url(), Optional.of("key"));
        String unsigned = rig.control().saveWebhook(url(), Optional.empty());
        received.clear();
        Map<String, String> fox = Map.of("body", "The quick brown fox jumps over the lazy dog");

        rig.control().fireWebhook(signed, fox);
        rig.control().fireWebhook(unsigned, fox);
        rig.control().fireWebhook(signed, Map.of("body", "{}", "signature", "none"));
        rig.control().fireWebhook(signed, Map.of("body", "{}", "signature", "wrong"));

        // openssl dgst -sha256 -hmac key
        assertThat(received.get(0))
                .isEqualTo("event The quick brown fox jumps over the lazy dog"
                        + " f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
        assertThat(received.get(1)).endsWith(" null");
        assertThat(received.get(2)).isEqualTo("event {} null");
        assertThat(received.get(3)).matches("event \\{} [0-9a-f]{64}");
    }

    @Test
    @DisplayName("sends again until it is accepted, and repeats what it has sent byte for byte")
    void triesAgain() {
        String id = rig.control().saveWebhook(url(), Optional.of("key"));
        received.clear();
        statuses.addAll(List.of(500, 503, 200));

        JsonNode sent = rig.control().fireWebhook(id, Map.of("kind", "trade.partner_paid", "attempts", 5));
        JsonNode again = rig.control().repeatWebhook(id);

        assertThat(sent.path("statuses")).hasToString("[500,503,200]");
        assertThat(again.path("body").asText()).isEqualTo(sent.path("body").asText());
        assertThat(received).hasSize(4).containsOnly(received.getFirst());
        assertThat(received.getFirst()).contains("trade.partner_paid");
    }

    @Test
    @DisplayName("knows 13 kinds of events")
    void knowsThirteenKinds() {
        assertThat(EventKind.values()).hasSize(13);
    }

    private String url() {
        return "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook";
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String challenge = exchange.getRequestHeaders().getFirst(CHALLENGE);
            received.add((challenge == null ? "event " : "challenge ") + body + " "
                    + exchange.getRequestHeaders().getFirst("X-Noones-Signature"));
            if (challenge != null && echoes) {
                exchange.getResponseHeaders().set(CHALLENGE, challenge);
            }
            Integer status = statuses.poll();
            exchange.sendResponseHeaders(status == null ? 200 : status, -1);
        }
    }
}
