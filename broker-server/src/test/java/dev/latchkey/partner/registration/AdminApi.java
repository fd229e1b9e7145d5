package dev.latchkey.partner.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.eclipse.microprofile.config.ConfigProvider;

/** Calls the broker under test over HTTP, as a person of the embedded default. */
public final class AdminApi {

    static final String PASSWORD = "correct-horse-battery-staple";

    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final String user;

    /** As this user. */
    public AdminApi(String user) {
        this.user = user;
    }

    /** An answer. */
    public record Answer(int status, String text, HttpResponse<String> raw) {

        /** The body. */
        public JsonNode json() {
            try {
                return JSON.readTree(text);
            } catch (IOException e) {
                throw new IllegalStateException("no JSON: " + text, e);
            }
        }

        /** The problem's {@code code}. */
        public String code() {
            return json().path("code").asText();
        }

        /** The problem's {@code pointer}. */
        public String pointer() {
            return json().path("pointer").asText();
        }
    }

    /** Posts JSON. */
    public Answer post(String path, String body) {
        return send("POST", path, body);
    }

    Answer put(String path, String body) {
        return send("PUT", path, body);
    }

    Answer get(String path) {
        return send("GET", path, "");
    }

    Answer delete(String path) {
        return send("DELETE", path, "");
    }

    private Answer send(String method, String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(origin() + "/api/v1" + path))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        if (!user.isEmpty()) {
            String pair = user + ":" + PASSWORD;
            request.header(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        }
        try {
            HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body(), response);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String origin() {
        return ConfigProvider.getConfig().getValue("test.url", String.class);
    }
}
