package dev.latchkey.outbound.client;

import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.outbound.PartnerHttp;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Reads public documents of a server that the operator has named in the configuration, such as the OpenID provider. That
 * server may be at a private address, which {@link PartnerHttp} would refuse; so nothing that anybody else can choose
 * may come here. No redirect is followed, size and time are bounded. Thread-safe.
 */
@Singleton
public final class OperatorHttp {

    private static final Logger LOG = Logger.getLogger(OperatorHttp.class);
    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int OK = 200;

    private final boolean allowLoopback;
    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(CONNECT_PATIENCE)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    /** A client that keeps to the configuration about loopback. */
    public OperatorHttp(OutboundConfig config) {
        this.allowLoopback = config.allowLoopback();
    }

    /** Whether the address is https, or http on loopback where that is allowed. */
    public boolean mayAsk(URI address) {
        String host = address.getHost();
        if (host == null || address.getRawUserInfo() != null || address.getRawFragment() != null) {
            return false;
        }
        boolean loopback = host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.[0-9]{1,3}){3}");
        return "https".equals(address.getScheme()) || ("http".equals(address.getScheme()) && loopback && allowLoopback);
    }

    /** The document, or nothing if there is no complete answer 200; the reason is logged. */
    public Optional<byte[]> get(URI address) {
        if (!mayAsk(address)) {
            LOG.warn("an address of the identity provider is not https");
            return Optional.empty();
        }
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(PATIENCE)
                .header("Accept", "application/json")
                .build();
        CompletableFuture<HttpResponse<byte[]>> answer = client.sendAsync(request, response -> new BoundedBody());
        try {
            HttpResponse<byte[]> complete = answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (complete.statusCode() == OK) {
                return Optional.of(complete.body());
            }
            LOG.warnf("%s answers %d", address.getHost(), complete.statusCode());
        } catch (ExecutionException | TimeoutException e) {
            answer.cancel(true);
            LOG.warnf("%s gives no complete answer", address.getHost());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }
}
