package dev.latchkey.demo;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** The broker's API as its callers see it. Remembers every answer, so that the end of a story can look for leaks. */
final class BrokerClient {

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
        String text = Wire.text(body);
        return send(
                request(who, path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(text)));
    }

    /** POST of a JSON body anywhere at the broker, by nobody in particular. */
    Answer call(String path, Map<String, ?> body) throws StepFailed {
        String text = Wire.text(body);
        return send(HttpRequest.newBuilder(base.resolve(path))
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
                .header("Accept", "application/json, application/problem+json")
                .header("Authorization", who.authorization());
    }

    private Answer send(HttpRequest.Builder request) throws StepFailed {
        HttpResponse<String> response = Wire.send(request, "the broker");
        answers.add(response.headers().map() + "\n" + response.body());
        return new Answer(response.statusCode(), Wire.json(response.body()));
    }
}
