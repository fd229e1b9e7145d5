package dev.latchkey.keycloak.broker;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Calls the broker once, with a bound on everything: time, size, and how many threads of Keycloak may wait at once, so
 * that a slow broker does not become a slow Keycloak. Follows no redirect. Thread-safe.
 */
public final class BrokerHttp {

    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final int AT_ONCE = 32;

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
            // The client's own time limit ends with the header of the answer; this one covers the body.
            CompletableFuture<HttpResponse<byte[]>> coming = client.sendAsync(request, info -> new BoundedBody());
            return await(coming, patience);
        } finally {
            places.release();
        }
    }

    private static BrokerAnswer await(CompletableFuture<HttpResponse<byte[]>> coming, Duration patience) {
        try {
            HttpResponse<byte[]> answer = coming.get(Math.max(1, patience.toMillis()), TimeUnit.MILLISECONDS);
            return new BrokerAnswer.Answered(answer.statusCode(), answer.body(), retryAfter(answer));
        } catch (TimeoutException e) {
            coming.cancel(true);
            return new BrokerAnswer.Unavailable("no answer in time");
        } catch (ExecutionException e) {
            // The class, not the text: that may hold addresses.
            Throwable cause = e.getCause();
            return new BrokerAnswer.Unavailable(
                    (cause == null ? e : cause).getClass().getSimpleName());
        } catch (InterruptedException e) {
            coming.cancel(true);
            Thread.currentThread().interrupt();
            return new BrokerAnswer.Unavailable("interrupted");
        }
    }

    private static Optional<String> retryAfter(HttpResponse<?> answer) {
        return answer.headers().firstValue("Retry-After").filter(it -> it.matches("[0-9]{1,5}"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
