package dev.latchkey.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;

/** Bare HTTP for tests that play a client by hand: no redirects, no cookies, bounded in time. Thread-safe. */
public final class TestHttp implements AutoCloseable {
    private final HttpClient http = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(20))
            .build();

    /** The {@code Authorization} value of HTTP Basic. */
    public static String basic(String user, String password) {
        var pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    /** GET without credentials. */
    public HttpResponse<String> get(URI address) {
        return send(HttpRequest.newBuilder(address).GET());
    }

    /** GET with an {@code Authorization} value. */
    public HttpResponse<String> get(URI address, String authorization) {
        return send(HttpRequest.newBuilder(address)
                .header("Authorization", authorization)
                .GET());
    }

    /** POST of a form without credentials outside of it. */
    public HttpResponse<String> form(URI address, Map<String, String> fields) {
        return send(formRequest(address, fields));
    }

    /** POST of a form with an {@code Authorization} value. */
    public HttpResponse<String> form(URI address, String authorization, Map<String, String> fields) {
        return send(formRequest(address, fields).header("Authorization", authorization));
    }

    /** POST of a JSON text with an {@code Authorization} value. */
    public HttpResponse<String> json(URI address, String authorization, String body) {
        return send(HttpRequest.newBuilder(address)
                .header("Authorization", authorization)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** Any request with a JSON text and an {@code Authorization} value. */
    public HttpResponse<String> json(String method, URI address, String authorization, String body) {
        return send(HttpRequest.newBuilder(address)
                .header("Authorization", authorization)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    private static HttpRequest.Builder formRequest(URI address, Map<String, String> fields) {
        var body = fields.entrySet().stream()
                .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
        return HttpRequest.newBuilder(address)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(
                    request.timeout(Duration.ofSeconds(90)).build(),
                    HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Closes the connections. */
    @Override
    public void close() {
        http.close();
    }
}
