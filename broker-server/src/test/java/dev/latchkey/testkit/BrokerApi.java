package dev.latchkey.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The broker's API as one caller sees it, over real HTTP. Thread-safe. */
public final class BrokerApi {

    private static final JsonMapper JSON = new JsonMapper();
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(20))
            .build();

    /** Paths that are not below the API. */
    private static final List<String> ELSEWHERE = List.of("/api/", "/oauth2/", "/q/", "/connection-url/", "/identity/");

    private final URI broker;
    private final @Nullable String authorization;

    private BrokerApi(URI broker, @Nullable String authorization) {
        this.broker = broker;
        this.authorization = authorization;
    }

    /** A caller by HTTP Basic. */
    public static BrokerApi as(URI broker, String name, String password) {
        return new BrokerApi(broker, TestHttp.basic(name, password));
    }

    /** A caller by bearer token. */
    public static BrokerApi bearing(URI broker, String token) {
        return new BrokerApi(broker, "Bearer " + token);
    }

    /** A caller by a ready {@code Authorization} value. */
    public static BrokerApi authorized(URI broker, String authorization) {
        return new BrokerApi(broker, authorization);
    }

    /** Nobody. */
    public static BrokerApi anonymous(URI broker) {
        return new BrokerApi(broker, null);
    }

    /** An answer: never JSON where it should be is a missing node. */
    public record Answer(int status, JsonNode json, HttpResponse<String> raw) {

        /** The {@code code} of a problem. */
        public String code() {
            return json.path("code").asText();
        }

        /** A member that must be a text. */
        public String text(String name) {
            if (!json.path(name).isTextual()) {
                throw new AssertionError("no text " + name + " in " + status + " " + raw.body());
            }
            return json.path(name).textValue();
        }

        /** The answer, if it has that status. */
        public Answer expect(int wanted) {
            if (status != wanted) {
                throw new AssertionError("expected " + wanted + ", got " + status + " " + raw.body());
            }
            return this;
        }

        /** A header field, or an empty text. */
        public String header(String name) {
            return raw.headers().firstValue(name).orElse("");
        }
    }

    public Answer get(String path) {
        return send("GET", path, null, null);
    }

    public Answer delete(String path) {
        return send("DELETE", path, null, null);
    }

    public Answer post(String path) {
        return send("POST", path, null, null);
    }

    public Answer post(String path, Map<String, ?> body) {
        return send("POST", path, JSON.valueToTree(body).toString(), "application/json");
    }

    public Answer put(String path, Map<String, ?> body) {
        return send("PUT", path, JSON.valueToTree(body).toString(), "application/json");
    }

    /** Any request; the path is below the broker's root. */
    public Answer send(String method, String path, @Nullable String body, @Nullable String contentType) {
        boolean whole = ELSEWHERE.stream().anyMatch(path::startsWith);
        String prefixed = whole ? path : "/api/v1" + path;
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(broker + prefixed))
                .timeout(Duration.ofSeconds(180))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        try {
            HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), read(response.body()), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode read(String body) {
        try {
            return body.isBlank() ? MissingNode.getInstance() : JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}
