package dev.latchkey.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/** Calls the broker as one caller over real HTTP. Immutable: {@link #as} and the like give another client. */
public final class BrokerClient {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI base;
    private final List<String> authorization;

    private BrokerClient(URI base, List<String> authorization) {
        this.base = base;
        this.authorization = authorization;
    }

    /** A client without credentials; the base is what {@code @TestHTTPResource} gives. */
    public static BrokerClient at(URI base) {
        return new BrokerClient(base, List.of());
    }

    /** The user {@code admin} of the embedded default. */
    public BrokerClient asAdmin() {
        return as("admin", "admin-password-of-the-tests");
    }

    /** The user {@code approver} of the embedded default. */
    public BrokerClient asApprover() {
        return as("approver", "approver-password-of-the-tests");
    }

    /** Basic credentials. */
    public BrokerClient as(String name, String secret) {
        byte[] pair = (name + ":" + secret).getBytes(StandardCharsets.UTF_8);
        return new BrokerClient(base, List.of("Basic " + Base64.getEncoder().encodeToString(pair)));
    }

    /** A bearer token. */
    public BrokerClient bearer(String token) {
        return new BrokerClient(base, List.of("Bearer " + token));
    }

    /** Whatever header value. */
    public BrokerClient authorization(String value) {
        return new BrokerClient(base, List.of(value));
    }

    /** GET. */
    public Answer get(String path) {
        return send(request(path).GET());
    }

    /** DELETE. */
    public Answer delete(String path) {
        return send(request(path).DELETE());
    }

    /** POST of a JSON text. */
    public Answer post(String path, String json) {
        return send("POST", path, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    /** PUT of a JSON text. */
    public Answer put(String path, String json) {
        return send("PUT", path, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    /** Any method and body. */
    public Answer send(String method, String path, String contentType, byte[] body) {
        return send(request(path)
                .header("Content-Type", contentType)
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    /** A request to be completed by the caller; carries this client's credentials. */
    public HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(180));
        authorization.forEach(value -> request.header("Authorization", value));
        return request;
    }

    /** Sends a request. */
    public Answer send(HttpRequest.Builder request) {
        try {
            return new Answer(HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What the broker answered. */
    public record Answer(HttpResponse<String> response) {

        /** The status. */
        public int status() {
            return response.statusCode();
        }

        /** The text of the body. */
        public String body() {
            return response.body();
        }

        /** A header's first value; empty if there is none. */
        public String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        /** The body as JSON. */
        public JsonNode json() {
            try {
                return JSON.readTree(body());
            } catch (IOException e) {
                throw new UncheckedIOException("not JSON: " + body(), e);
            }
        }

        /** A member's text; empty if there is none. */
        public String text(String member) {
            return json().path(member).asText();
        }

        /** The code of a problem document; fails if it is none. */
        public String code() {
            String type = header("Content-Type");
            if (!type.startsWith("application/problem+json")) {
                throw new AssertionError(status() + " is not a problem document but " + type + ": " + body());
            }
            return text("code");
        }

        @Override
        public String toString() {
            return status() + " " + body();
        }
    }
}
