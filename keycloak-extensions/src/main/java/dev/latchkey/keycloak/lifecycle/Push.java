package dev.latchkey.keycloak.lifecycle;

import dev.latchkey.keycloak.http.WholeAnswer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;

/** Pushes one token to the broker by HTTP (RFC 8935 section 2). Follows no redirect; thread-safe. */
final class Push {

    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration WHOLE = Duration.ofSeconds(10);
    private static final int LONGEST_ANSWER = 4096;

    /** Section 2.4: registered codes are of these characters; nothing else of an answer gets into a log. */
    private static final Pattern ERROR = Pattern.compile("\"err\"\\s*:\\s*\"([a-z_]{1,40})\"");

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT)
            .build();

    private final Duration whole;

    Push() {
        this(WHOLE);
    }

    /** With another patience. */
    Push(Duration whole) {
        this.whole = whole;
    }

    /** What became of it. */
    enum Outcome {
        /** The broker has it. */
        DELIVERED,
        /** The broker says that it will never take this. */
        REFUSED,
        /** Nobody knows, or not now. */
        TRY_LATER
    }

    /**
     * An answer.
     *
     * @param outcome what it means
     * @param reason what the log says
     */
    record Answer(Outcome outcome, String reason) {}

    Answer send(URI endpoint, String token) {
        HttpRequest request = HttpRequest.newBuilder(endpoint)
                .header("Content-Type", "application/secevent+jwt")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(token, StandardCharsets.US_ASCII))
                .build();
        try {
            return answer(WholeAnswer.to(request, http, LONGEST_ANSWER, whole));
        } catch (IOException e) {
            return new Answer(Outcome.TRY_LATER, e.getClass().getSimpleName());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer(Outcome.TRY_LATER, "interrupted");
        }
    }

    private static Answer answer(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        if (status == 202) {
            return new Answer(Outcome.DELIVERED, "202");
        }
        var error = ERROR.matcher(new String(response.body(), StandardCharsets.UTF_8));
        boolean told = status == 400 && error.find();
        return told
                ? new Answer(Outcome.REFUSED, "400 " + error.group(1))
                : new Answer(Outcome.TRY_LATER, Integer.toString(status));
    }
}
