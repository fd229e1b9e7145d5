package dev.latchkey.keycloak.broker;

import dev.latchkey.keycloak.http.WholeAnswer;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;

/**
 * Calls the broker once, with a bound on everything: time, size, and how many threads of Keycloak may wait at once, so
 * that a slow broker does not become a slow Keycloak. Follows no redirect. Thread-safe.
 */
public final class BrokerHttp {

    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final int AT_ONCE = 32;
    static final int LONGEST = 256 * 1024;

    private final URI address;
    private final HttpClient client;
    private final Semaphore places = new Semaphore(AT_ONCE);

    /** TLS is verified against the JVM's trust store, which is Keycloak's ({@code --truststore-paths}). */
    public BrokerHttp(BrokerSettings settings) {
        this.address = settings.address();
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /** Posts a form as the client that the token names. */
    public BrokerAnswer post(String path, Map<String, String> form, OwnToken bearer, Duration patience) {
        String body = form.entrySet().stream()
                .map(each -> encode(each.getKey()) + "=" + encode(each.getValue()))
                .collect(Collectors.joining("&"));
        return send(
                request(path, bearer)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                patience);
    }

    /** Reads something as the client that the token names. */
    public BrokerAnswer get(String pathAndQuery, OwnToken bearer, Duration patience) {
        return send(request(pathAndQuery, bearer).GET().build(), patience);
    }

    private HttpRequest.Builder request(String pathAndQuery, OwnToken bearer) {
        return HttpRequest.newBuilder(address.resolve(pathAndQuery))
                .header("Authorization", bearer.asHeader())
                .header("Accept", "application/json");
    }

    private BrokerAnswer send(HttpRequest request, Duration patience) {
        if (!places.tryAcquire()) {
            return new BrokerAnswer.Unavailable("too many calls wait for it");
        }
        try {
            HttpResponse<byte[]> answer = WholeAnswer.to(request, client, LONGEST + 1, patience);
            return answer.body().length > LONGEST
                    ? new BrokerAnswer.Unavailable("the answer is too large")
                    : new BrokerAnswer.Answered(answer.statusCode(), answer.body(), retryAfter(answer));
        } catch (HttpTimeoutException e) {
            return new BrokerAnswer.Unavailable("no answer in time");
        } catch (IOException e) {
            // The class, not the text: that may hold addresses.
            return new BrokerAnswer.Unavailable(e.getClass().getSimpleName());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new BrokerAnswer.Unavailable("interrupted");
        } finally {
            places.release();
        }
    }

    private static Optional<String> retryAfter(HttpResponse<?> answer) {
        return answer.headers().firstValue("Retry-After").filter(it -> it.matches("[0-9]{1,5}"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
