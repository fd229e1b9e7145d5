package dev.latchkey.testkit;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * An OpenID provider on loopback: metadata, keys, access tokens of any kind, and, as a partner, {@link #partner() the
 * code flow}. Counts what is fetched from it. Thread-safe.
 */
public final class FakeOpenIdProvider implements AutoCloseable {

    private final HttpServer server;
    private final Clock clock;
    private final List<JWK> published = new CopyOnWriteArrayList<>();
    private final Map<String, AtomicInteger> fetches = new ConcurrentHashMap<>();
    private final FakeCodeFlow partner;
    private volatile RSAKey signingKey;
    private volatile boolean down;
    private volatile UnaryOperator<Map<String, Object>> metadata = UnaryOperator.identity();

    private FakeOpenIdProvider(Clock clock) throws IOException {
        this.clock = clock;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        this.signingKey = newKey();
        published.add(signingKey.toPublicJWK());
        this.partner = new FakeCodeFlow(this, clock);
        server.createContext("/", this::handle);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    /** Starts one on a free port, with the system's clock. */
    public static FakeOpenIdProvider start() {
        return start(Clock.systemUTC());
    }

    /** Starts one whose tokens are dated by the given clock. */
    public static FakeOpenIdProvider start(Clock clock) {
        try {
            return new FakeOpenIdProvider(clock);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its {@code iss}. */
    public String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The authorization code flow, to be scripted. */
    public FakeCodeFlow partner() {
        return partner;
    }

    /** The key that tokens are signed with now. */
    public RSAKey signingKey() {
        return signingKey;
    }

    /** Signs with a new key from now on; publishes it alone, so that tokens of the old one are void. */
    public void rotateKeys() {
        RSAKey next = newKey();
        published.clear();
        published.add(next.toPublicJWK());
        signingKey = next;
    }

    /** Publishes a further key. */
    public void publish(JWK key) {
        published.add(key.toPublicJWK());
    }

    /** Answers 503 to everything, or does not any longer. */
    public void setDown(boolean value) {
        down = value;
    }

    /** Changes the metadata that are served. */
    public void setMetadata(UnaryOperator<Map<String, Object>> change) {
        metadata = change;
    }

    /** How often the path was asked for, also in vain. */
    public int fetches(String path) {
        AtomicInteger count = fetches.get(path);
        return count == null ? 0 : count.get();
    }

    /** How often anything was asked for. */
    public int fetches() {
        return fetches.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    /** The claims of a good access token for the broker, in Keycloak's form; valid for five minutes. */
    public Map<String, Object> claims() {
        Instant now = clock.instant();
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", issuer());
        claims.put("sub", UUID.randomUUID().toString());
        claims.put("aud", List.of("latchkey", "account"));
        claims.put("iat", now.getEpochSecond());
        claims.put("exp", now.plus(Duration.ofMinutes(5)).getEpochSecond());
        claims.put("jti", UUID.randomUUID().toString());
        claims.put("typ", "Bearer");
        claims.put("azp", "some-login-client");
        claims.put("preferred_username", "alice");
        claims.put("realm_access", Map.of("roles", List.of("offline_access")));
        return claims;
    }

    /** A good access token but for what the change does to its claims. */
    public String token(Consumer<Map<String, Object>> change) {
        Map<String, Object> claims = claims();
        change.accept(claims);
        return sign(header().build(), Json.write(claims));
    }

    /** The header of a good token. */
    public JWSHeader.Builder header() {
        return new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(JOSEObjectType.JWT)
                .keyID(signingKey.getKeyID());
    }

    /** Signs any header and payload with the current key. */
    public String sign(JWSHeader header, String payload) {
        return sign(signingKey, header, payload);
    }

    /** Signs any header and payload with any RSA key. */
    public static String sign(RSAKey key, JWSHeader header, String payload) {
        try {
            JWSObject token = new JWSObject(header, new Payload(payload));
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A key pair of 2048 bits with a random {@code kid}. */
    public static RSAKey newKey() {
        try {
            return new RSAKeyGenerator(2048)
                    .keyID(UUID.randomUUID().toString())
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.RS256)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        URI uri = exchange.getRequestURI();
        fetches.computeIfAbsent(uri.getPath(), path -> new AtomicInteger()).incrementAndGet();
        if (down) {
            answer(exchange, 503, "text/plain", "down");
            return;
        }
        switch (uri.getPath()) {
            case "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server" ->
                answer(exchange, 200, "application/json", Json.write(metadata.apply(discovery())));
            case "/jwks" -> answer(exchange, 200, "application/json", new JWKSet(List.copyOf(published)).toString());
            default -> partner.handle(exchange);
        }
    }

    private Map<String, Object> discovery() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("issuer", issuer());
        document.put("jwks_uri", issuer() + "/jwks");
        document.put("authorization_endpoint", issuer() + "/authorize");
        document.put("token_endpoint", issuer() + "/token");
        document.put("revocation_endpoint", issuer() + "/revoke");
        document.put("response_types_supported", List.of("code"));
        document.put("subject_types_supported", List.of("public"));
        document.put("id_token_signing_alg_values_supported", List.of("RS256"));
        document.put("grant_types_supported", List.of("authorization_code", "refresh_token", "client_credentials"));
        document.put("code_challenge_methods_supported", List.of("S256"));
        document.put("token_endpoint_auth_methods_supported", List.of("client_secret_basic", "client_secret_post"));
        document.put("authorization_response_iss_parameter_supported", true);
        return document;
    }

    static void answer(HttpExchange exchange, int status, String contentType, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
