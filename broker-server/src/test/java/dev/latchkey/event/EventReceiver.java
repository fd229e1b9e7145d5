package dev.latchkey.event;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** An app's server on loopback: verifies every message with the library and answers as told, 204 if told nothing. */
public final class EventReceiver implements AutoCloseable {

    /** A message that came, and whether its signature is the app's. */
    public record Received(String id, String body, String contentType, boolean genuine) {}

    private final HttpServer server;
    private final Webhook verifier;
    private final Queue<Integer> statuses = new ConcurrentLinkedQueue<>();
    private final List<Received> received = new CopyOnWriteArrayList<>();

    private EventReceiver(HttpServer server, Webhook verifier) {
        this.server = server;
        this.verifier = verifier;
        server.createContext("/", this::receive);
        server.start();
    }

    public static EventReceiver start(String key) throws IOException, EmptyWebhookSecretException {
        return start(key, 0);
    }

    /** The same on a given port. */
    public static EventReceiver start(String key, int port) throws IOException, EmptyWebhookSecretException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        return new EventReceiver(HttpServer.create(address, 0), new Webhook(key));
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/events");
    }

    /** The statuses of the next answers. */
    public void answerWith(Integer... next) {
        statuses.addAll(List.of(next));
    }

    public List<Received> received() {
        return received;
    }

    public List<String> bodies() {
        return received.stream().map(Received::body).toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Integer status = statuses.poll(); // before anybody can see that it came, and order the next answer
            received.add(new Received(
                    exchange.getRequestHeaders().getFirst("webhook-id"),
                    body,
                    exchange.getRequestHeaders().getFirst("content-type"),
                    isGenuine(exchange, body)));
            exchange.getResponseHeaders().set("Location", url() + "/elsewhere");
            exchange.sendResponseHeaders(status == null ? 204 : status, -1);
        }
    }

    private boolean isGenuine(HttpExchange exchange, String body) {
        try {
            verifier.verify(body, exchange.getRequestHeaders());
            return true;
        } catch (WebhookVerificationException e) {
            return false;
        }
    }
}
