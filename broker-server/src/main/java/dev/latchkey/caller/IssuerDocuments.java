package dev.latchkey.caller;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.jwk.JWKSet;
import dev.latchkey.outbound.OutboundConfig;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Reads the discovery document of the configured issuer (OpenID Connect Discovery section 4) and the keys that it
 * points to. The operator trusts that issuer, so it may be at a private address; no other address is ever asked.
 * Thread-safe.
 */
@Singleton
final class IssuerDocuments {

    private static final Logger LOG = Logger.getLogger(IssuerDocuments.class);
    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int OK = 200;

    private final Optional<String> issuer;
    private final boolean allowLoopback;
    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(CONNECT_PATIENCE)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    IssuerDocuments(IdentityConfig identity, OutboundConfig outbound) {
        this.issuer = identity.issuer();
        this.allowLoopback = outbound.allowLoopback();
        issuer.map(URI::create).ifPresent(url -> {
            if (!isAllowed(url)) {
                throw new IllegalArgumentException("latchkey.identity.issuer must be an https URL");
            }
        });
    }

    /** The keys, or nothing if they cannot be had now; the reason is logged. */
    Optional<JWKSet> keys() {
        try {
            String configured = issuer.orElseThrow(() -> new TokenRefusedException("no issuer is configured"));
            String base = configured.endsWith("/") ? configured.substring(0, configured.length() - 1) : configured;
            JsonNode metadata = StrictClaims.parse(get(URI.create(base + "/.well-known/openid-configuration")));
            // Section 4.3: exactly, or another provider's document could be put in its place.
            if (!configured.equals(metadata.path("issuer").textValue())) {
                throw new TokenRefusedException("the discovery document names another issuer");
            }
            URI keys = URI.create(metadata.path("jwks_uri").asText());
            if (!isAllowed(keys)) {
                throw new TokenRefusedException("the address of the keys is not https");
            }
            return Optional.of(
                    JWKSet.parse(new String(get(keys), StandardCharsets.UTF_8)).toPublicJWKSet());
        } catch (TokenRefusedException refused) {
            LOG.warnf("identity provider: %s", refused.reason());
        } catch (ParseException | IllegalArgumentException e) {
            LOG.warn("identity provider: a document is malformed");
        }
        return Optional.empty();
    }

    private byte[] get(URI address) throws TokenRefusedException {
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(PATIENCE)
                .header("Accept", "application/json")
                .build();
        CompletableFuture<HttpResponse<byte[]>> answer = client.sendAsync(request, response -> new BoundedBody());
        try {
            HttpResponse<byte[]> complete = answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (complete.statusCode() != OK) {
                throw new TokenRefusedException("it answers " + complete.statusCode());
            }
            return complete.body();
        } catch (ExecutionException | TimeoutException e) {
            answer.cancel(true);
            throw new TokenRefusedException("no complete answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TokenRefusedException("interrupted");
        }
    }

    private boolean isAllowed(URI address) {
        String host = address.getHost();
        if (host == null || address.getRawUserInfo() != null || address.getRawFragment() != null) {
            return false;
        }
        boolean loopback = host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.[0-9]{1,3}){3}");
        return "https".equals(address.getScheme()) || ("http".equals(address.getScheme()) && loopback && allowLoopback);
    }
}
