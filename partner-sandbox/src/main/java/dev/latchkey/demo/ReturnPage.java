package dev.latchkey.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The app's web page that the user comes back to: keeps the handle of each connection for the app's back end. */
final class ReturnPage implements AutoCloseable {
    private static final byte[] TEXT = "Thank you, you may close this window.".getBytes(StandardCharsets.UTF_8);

    private final HttpServer server;
    private final Map<String, String> handles = new ConcurrentHashMap<>();

    private ReturnPage(HttpServer server) {
        this.server = server;
    }

    /** Opens the page on a free port of loopback. */
    static ReturnPage open() throws IOException {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        ReturnPage page = new ReturnPage(HttpServer.create(new InetSocketAddress(loopback, 0), 16));
        page.server.createContext("/connected", page::handle);
        page.server.start();
        return page;
    }

    /** The address that the app registers. */
    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/connected");
    }

    /** The handle that came with a connection, once. */
    Optional<String> takeHandle(String connection) {
        return Optional.ofNullable(handles.remove(connection));
    }

    private void handle(HttpExchange exchange) throws IOException {
        Map<String, String> query = query(exchange.getRequestURI());
        if (query.containsKey("connection") && query.containsKey("handle")) {
            handles.put(query.getOrDefault("connection", ""), query.getOrDefault("handle", ""));
        }
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(200, TEXT.length);
        exchange.getResponseBody().write(TEXT);
        exchange.close();
    }

    private static Map<String, String> query(URI address) {
        Map<String, String> values = new HashMap<>();
        String raw = Optional.ofNullable(address.getRawQuery()).orElse("");
        for (String pair : raw.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                values.put(
                        pair.substring(0, equals),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return values;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
