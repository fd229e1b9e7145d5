package dev.latchkey.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** The broker's API as its callers see it. Remembers every answer, so that the end of a story can look for leaks. */
final class BrokerClient {
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final List<String> answers = new CopyOnWriteArrayList<>();
    private final URI base;

    BrokerClient(URI base) {
        this.base = base;
    }

    /** GET below {@code /api/v1}. */
    Answer get(Identity who, String path) throws StepFailed {
        return send(request(who, path).GET());
    }

    /** POST of a JSON body below {@code /api/v1}. */
    Answer post(Identity who, String path, Map<String, ?> body) throws StepFailed {
        String text = JSON.valueToTree(body).toString();
        return send(
                request(who, path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(text)));
    }

    /** POST of a JSON body anywhere at the broker, by nobody in particular. */
    Answer call(String path, Map<String, ?> body) throws StepFailed {
        String text = JSON.valueToTree(body).toString();
        return send(HttpRequest.newBuilder(base.resolve(path))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(text)));
    }

    /** POST of any body below {@code /api/v1}. */
    Answer post(Identity who, String path, String type, String body) throws StepFailed {
        return send(request(who, path).header("Content-Type", type).POST(BodyPublishers.ofString(body)));
    }

    /** Whether any answer so far held this text. */
    boolean everAnswered(String text) {
        return answers.stream().anyMatch(answer -> answer.contains(text));
    }

    private HttpRequest.Builder request(Identity who, String path) throws StepFailed {
        return HttpRequest.newBuilder(base.resolve("/api/v1" + path))
                .timeout(Duration.ofSeconds(30))
                .header("Accept", "application/json, application/problem+json")
                .header("Authorization", who.authorization());
    }

    private Answer send(HttpRequest.Builder request) throws StepFailed {
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            answers.add(response.headers().map() + "\n" + response.body());
            return new Answer(response.statusCode(), read(response.body()));
        } catch (IOException unreachable) {
            throw new StepFailed("no answer from the broker");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StepFailed("interrupted");
        }
    }

    private static JsonNode read(String body) {
        try {
            return body.isBlank() ? MissingNode.getInstance() : JSON.readTree(body);
        } catch (JsonProcessingException notJson) {
            return MissingNode.getInstance();
        }
    }
}
