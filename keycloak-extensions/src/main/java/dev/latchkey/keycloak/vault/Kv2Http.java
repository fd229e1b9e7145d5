package dev.latchkey.keycloak.vault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.latchkey.keycloak.http.WholeAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Calls the server: bounded in time and size, no redirects, TLS verified. Thread-safe. */
final class Kv2Http {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST = 1024 * 1024;

    private final Kv2Settings settings;
    private final HttpClient http;

    Kv2Http(Kv2Settings settings) {
        this.settings = settings;
        HttpClient.Builder client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.timeout());
        settings.caFile().ifPresent(file -> client.sslContext(trusting(file)));
        this.http = client.build();
    }

    /** Reads a path below {@code /v1/}. */
    Kv2Answer get(String path, String token) {
        return send(request(path).header("X-Vault-Token", token).GET());
    }

    /** Posts JSON to a path below {@code /v1/}, with a token or, to log in, with none. */
    Kv2Answer post(String path, Optional<String> token, JsonNode body) {
        HttpRequest.Builder request = request(path).POST(HttpRequest.BodyPublishers.ofString(body.toString()));
        token.ifPresent(it -> request.header("X-Vault-Token", it));
        return send(request);
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(settings.address() + "/v1/" + path))
                .header("X-Vault-Request", "true");
        settings.namespace().ifPresent(it -> request.header("X-Vault-Namespace", it));
        return request;
    }

    private Kv2Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<byte[]> response = WholeAnswer.to(request.build(), http, LONGEST + 1, settings.timeout());
            byte[] body = response.body();
            try {
                return new Kv2Answer(response.statusCode(), read(body));
            } finally {
                Arrays.fill(body, (byte) 0);
            }
        } catch (IOException e) {
            throw new Kv2UnavailableException(e.getClass().getSimpleName());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Kv2UnavailableException("interrupted");
        }
    }

    /** What cannot be read says nothing: its text may hold a secret, so it goes into no message. */
    private static JsonNode read(byte[] body) {
        if (body.length == 0 || body.length > LONGEST) {
            return MissingNode.getInstance();
        }
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private static SSLContext trusting(Path file) {
        try (InputStream pem = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry("ca-" + number++, each);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("the caFile of the vault cannot be read", e);
        }
    }
}
