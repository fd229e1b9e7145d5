package dev.latchkey.sandbox.webhook;

import dev.latchkey.sandbox.http.Refusal;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Noones' side of the wire: the challenge of a new URL, and single attempts to deliver. Thread-safe. */
final class WebhookSender {

    static final String CHALLENGE = "X-Noones-Request-Challenge";
    static final String SIGNATURE = "X-Noones-Signature";

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(PATIENCE)
            .build();

    /** Asks the URL to say the value back; refuses with 422 if it does not within ten seconds. */
    void challenge(URI url, String value) {
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(PATIENCE)
                .header(CHALLENGE, value)
                .POST(BodyPublishers.noBody())
                .build();
        HttpResponse<String> response =
                send(request).orElseThrow(() -> new Refusal(422, "challenge_failed", "the URL did not answer in 10 s"));
        List<String> echoed = response.headers().allValues(CHALLENGE);
        if (response.statusCode() / 100 != 2 || !echoed.equals(List.of(value))) {
            throw new Refusal(422, "challenge_failed", "the URL answered " + response.statusCode() + " and " + echoed);
        }
    }

    /** One attempt: the status, or 0 if no answer came. */
    int attempt(URI url, String body, Optional<String> signature) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        signature.ifPresent(value -> request.header(SIGNATURE, value));
        return send(request.build()).map(HttpResponse::statusCode).orElse(0);
    }

    /** Lower-case hex HMAC-SHA256 of the body. */
    static String signature(String body, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private Optional<HttpResponse<String>> send(HttpRequest request) {
        try {
            return Optional.of(http.send(request, BodyHandlers.ofString()));
        } catch (IOException unreachable) {
            return Optional.empty();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
