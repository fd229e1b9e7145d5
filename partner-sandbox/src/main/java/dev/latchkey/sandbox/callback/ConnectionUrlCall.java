package dev.latchkey.sandbox.callback;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.oauth2.client.Client;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/** The partner's back end calling an integrator: one retry with the same body if no answer arrives. Thread-safe. */
final class ConnectionUrlCall {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST_ATTEMPTS = 2;
    private static final int LONGEST_ANSWER = 4096;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(PATIENCE)
            .build();

    /** The access code that the integrator makes up for the one-time code. */
    String accessCode(Client client, String oneTimeCode, long lostAnswers) {
        URI address = client.connectionUrl().orElseThrow().address();
        ObjectNode body = StrictJson.object()
                .put("client_id", client.id())
                .put("client_secret", client.secret().orElse(""))
                .put("code", oneTimeCode);
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            Optional<HttpResponse<String>> answer = send(address, StrictJson.write(body));
            if (answer.isPresent() && attempt >= lostAnswers) {
                return read(answer.get());
            }
        }
        throw new Refusal(502, "connection_url_failed", "the ConnectionURL does not answer");
    }

    private Optional<HttpResponse<String>> send(URI address, String body) {
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("User-Agent", "partner-sandbox")
                .POST(BodyPublishers.ofString(body))
                .build();
        try {
            return Optional.of(http.send(request, BodyHandlers.ofString()));
        } catch (IOException noAnswer) {
            return Optional.empty();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static String read(HttpResponse<String> answer) {
        if (answer.statusCode() != 200) {
            throw new Refusal(502, "connection_url_failed", "the ConnectionURL answered " + answer.statusCode());
        }
        if (answer.body().length() > LONGEST_ANSWER) {
            throw new Refusal(502, "connection_url_failed", "the ConnectionURL's answer is too long");
        }
        JsonNode code = StrictJson.parseObject(answer.body()).path("access_code");
        if (!code.isTextual() || code.textValue().isBlank()) {
            throw new Refusal(502, "connection_url_failed", "the ConnectionURL gave no access_code");
        }
        return code.textValue();
    }
}
