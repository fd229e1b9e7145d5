package dev.latchkey.keycloak.http;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for an answer with its body. The client's own time limit ends with the header: a body may stop for ever. */
public final class WholeAnswer {

    private WholeAnswer() {}

    /**
     * Sends a request.
     *
     * @param most how many bytes of the body are read
     * @param patience until the end of the body
     * @throws IOException if there is no answer; {@link HttpTimeoutException} if there is none, or half of one, by then
     */
    public static HttpResponse<byte[]> to(HttpRequest request, HttpClient client, int most, Duration patience)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> coming = client.sendAsync(request, info -> new BoundedBody(most));
        boolean answered = false;
        try {
            HttpResponse<byte[]> whole = coming.get(Math.max(1, patience.toMillis()), TimeUnit.MILLISECONDS);
            answered = true;
            return whole;
        } catch (TimeoutException e) {
            throw new HttpTimeoutException("no answer in time");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e);
        } finally {
            if (!answered) {
                coming.cancel(true);
            }
        }
    }
}
