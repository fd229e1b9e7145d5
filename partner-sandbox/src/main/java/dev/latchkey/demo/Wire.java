package dev.latchkey.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** HTTP as a step of a story: whoever does not answer fails it. Thread-safe. */
final class Wire {

    private static final JsonMapper JSON = new JsonMapper();
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private Wire() {}

    /** Sends to somebody, whom a failure names. */
    static HttpResponse<String> send(HttpRequest.Builder request, String whom) throws StepFailed {
        try {
            return HTTP.send(request.timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString());
        } catch (IOException unreachable) {
            throw new StepFailed("no answer from " + whom);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StepFailed("interrupted");
        }
    }

    /** Sends to the partner, which has to answer 200; what it says. */
    static JsonNode callPartner(HttpRequest.Builder request) throws StepFailed {
        HttpResponse<String> response = send(request.header("User-Agent", "latchkey-demo"), "the partner");
        if (response.statusCode() != 200) {
            throw new StepFailed("the partner answered " + response.statusCode());
        }
        return json(response.body());
    }

    /** Reads JSON; the missing node where there is none. */
    static JsonNode json(String body) {
        try {
            return body.isBlank() ? MissingNode.getInstance() : JSON.readTree(body);
        } catch (JsonProcessingException notJson) {
            return MissingNode.getInstance();
        }
    }

    /** Writes JSON. */
    static String text(Object value) {
        return JSON.valueToTree(value).toString();
    }
}
