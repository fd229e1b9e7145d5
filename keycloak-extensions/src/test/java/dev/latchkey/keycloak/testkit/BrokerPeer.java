package dev.latchkey.keycloak.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Answers as the broker would, by order, over real HTTP on loopback, and remembers what it was asked. Thread-safe. */
public final class BrokerPeer implements AutoCloseable {

    private static @Nullable BrokerPeer shared;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private volatile Answer answer = exchange -> send(exchange, 500, "{}");

    /** What one request said. */
    public record Asked(
            String method, String address, @Nullable String authorization, String body) {}

    /** How it answers. */
    public interface Answer {

        /** Writes the answer. */
        void to(HttpExchange exchange) throws IOException;
    }

    /** Listens on a free port. */
    public BrokerPeer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 50);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** The one that the Keycloak under test is configured with; ends with the JVM. */
    public static synchronized BrokerPeer shared() {
        if (shared == null) {
            shared = new BrokerPeer();
        }
        return shared;
    }

    /** Where it listens. */
    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** From now on it answers so, and what it was asked before is forgotten. */
    public void answers(Answer wanted) {
        asked.clear();
        answer = wanted;
    }

    /** From now on it answers with this JSON. */
    public void answers(int status, String json) {
        answers(exchange -> send(exchange, status, json));
    }

    /** What it was asked since the last order. */
    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    /** Sends a whole JSON answer. */
    public static void send(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().putAll(Map.of("Content-Type", List.of("application/json")));
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            asked.add(new Asked(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    exchange.getRequestHeaders().getFirst("Authorization"),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            answer.to(exchange);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
