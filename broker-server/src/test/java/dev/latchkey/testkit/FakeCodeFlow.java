package dev.latchkey.testkit;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The authorization code flow of {@link FakeOpenIdProvider}: PKCE S256, one-time codes, ID tokens, refresh with or without
 * rotation, {@code iss} in the callback (RFC 9207), revocation. The user always consents at once, unless told to deny.
 * Everything that a partner may do wrong can be ordered. Thread-safe.
 */
public final class FakeCodeFlow {

    private final FakeOpenIdProvider issuer;
    private final Clock clock;
    private final Map<String, Map<String, String>> codes = new HashMap<>();
    private final Map<String, Map<String, String>> refreshTokens = new HashMap<>();
    private final Set<String> spentRefreshTokens = new HashSet<>();
    private final Set<String> revoked = new HashSet<>();
    private final List<Map<String, String>> tokenRequests = new CopyOnWriteArrayList<>();
    private final Deque<Reply> ordered = new ArrayDeque<>();
    private String clientId = "broker";
    private String clientSecret = "secret-of-the-broker-at-the-fake";
    private boolean denying;
    private boolean rotating = true;
    private Duration lifetime = Duration.ofMinutes(5);
    private UnaryOperator<Map<String, String>> callback = UnaryOperator.identity();
    private UnaryOperator<Map<String, Object>> idToken = UnaryOperator.identity();
    private UnaryOperator<Map<String, Object>> tokenAnswer = UnaryOperator.identity();

    FakeCodeFlow(FakeOpenIdProvider issuer, Clock clock) {
        this.issuer = issuer;
        this.clock = clock;
    }

    /** An answer to be given instead of the right one. */
    public record Reply(int status, String contentType, String body) {

        /** An OAuth error, RFC 6749 section 5.2. */
        public static Reply error(int status, String code) {
            return new Reply(status, "application/json", "{\"error\":\"" + code + "\"}");
        }
    }

    /** The only client that is known. */
    public synchronized void setClient(String id, String secret) {
        clientId = id;
        clientSecret = secret;
    }

    /** The user denies from now on, or does not any longer. */
    public synchronized void setDenying(boolean value) {
        denying = value;
    }

    /** Whether each refresh gives a new refresh token and voids the old one; a replay then voids the family. */
    public synchronized void setRotating(boolean value) {
        rotating = value;
    }

    /** The life of access tokens. */
    public synchronized void setLifetime(Duration value) {
        lifetime = value;
    }

    /** Changes the parameters of the callback, {@code iss} among them. */
    public synchronized void setCallback(UnaryOperator<Map<String, String>> change) {
        callback = change;
    }

    /** Changes the claims of ID tokens. */
    public synchronized void setIdToken(UnaryOperator<Map<String, Object>> change) {
        idToken = change;
    }

    /** Changes the members of token answers. */
    public synchronized void setTokenAnswer(UnaryOperator<Map<String, Object>> change) {
        tokenAnswer = change;
    }

    /** The next token request is answered so; may be called several times. */
    public synchronized void order(Reply reply) {
        ordered.add(reply);
    }

    /** The parameters of every token request so far. */
    public List<Map<String, String>> tokenRequests() {
        return List.copyOf(tokenRequests);
    }

    /** The tokens that were revoked at the revocation endpoint. */
    public synchronized Set<String> revoked() {
        return Set.copyOf(revoked);
    }

    void handle(HttpExchange exchange) throws IOException {
        switch (exchange.getRequestURI().getPath()) {
            case "/authorize" -> authorize(exchange);
            case "/token" -> send(exchange, token(exchange));
            case "/revoke" -> send(exchange, revoke(exchange));
            default -> FakeOpenIdProvider.answer(exchange, 404, "text/plain", "not here");
        }
    }

    private synchronized void authorize(HttpExchange exchange) throws IOException {
        Map<String, String> asked = form(exchange.getRequestURI().getRawQuery());
        boolean good = "code".equals(asked.get("response_type"))
                && clientId.equals(asked.get("client_id"))
                && asked.containsKey("redirect_uri")
                && "S256".equals(asked.get("code_challenge_method"))
                && asked.getOrDefault("code_challenge", "").length() == 43;
        if (!good) {
            FakeOpenIdProvider.answer(exchange, 400, "text/plain", "bad authorization request");
            return;
        }
        Map<String, String> back = new LinkedHashMap<>();
        if (denying) {
            back.put("error", "access_denied");
        } else {
            String code = UUID.randomUUID().toString();
            codes.put(code, asked);
            back.put("code", code);
        }
        Optional.ofNullable(asked.get("state")).ifPresent(state -> back.put("state", state));
        back.put("iss", issuer.issuer());
        String target = asked.get("redirect_uri") + "?" + encode(callback.apply(back));
        exchange.getResponseHeaders().set("Location", target);
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }

    private synchronized Reply token(HttpExchange exchange) throws IOException {
        Map<String, String> asked = body(exchange);
        tokenRequests.add(Map.copyOf(asked));
        Reply instead = ordered.poll();
        if (instead != null) {
            return instead;
        }
        if (!isClient(exchange, asked)) {
            return Reply.error(401, "invalid_client");
        }
        return switch (asked.getOrDefault("grant_type", "")) {
            case "authorization_code" -> byCode(asked);
            case "refresh_token" -> byRefreshToken(asked);
            case "client_credentials" -> answer(Map.of("scope", asked.getOrDefault("scope", "")), false);
            default -> Reply.error(400, "unsupported_grant_type");
        };
    }

    private Reply byCode(Map<String, String> asked) {
        Map<String, String> authorization = codes.remove(asked.getOrDefault("code", ""));
        boolean good = authorization != null
                && authorization.get("redirect_uri").equals(asked.get("redirect_uri"))
                && authorization.get("code_challenge").equals(challenge(asked.getOrDefault("code_verifier", "")));
        return good ? answer(authorization, true) : Reply.error(400, "invalid_grant");
    }

    private Reply byRefreshToken(Map<String, String> asked) {
        String presented = asked.getOrDefault("refresh_token", "");
        Map<String, String> authorization = refreshTokens.get(presented);
        if (spentRefreshTokens.contains(presented)) {
            // RFC 9700 section 4.14.2: somebody holds a stolen one, so nobody keeps any.
            refreshTokens.clear();
        }
        if (authorization == null || spentRefreshTokens.contains(presented)) {
            return Reply.error(400, "invalid_grant");
        }
        if (rotating) {
            spentRefreshTokens.add(presented);
        }
        return answer(authorization, rotating);
    }

    private Reply answer(Map<String, String> authorization, boolean withRefreshToken) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("access_token", "at-" + UUID.randomUUID());
        members.put("token_type", "Bearer");
        members.put("expires_in", lifetime.toSeconds());
        String scope = authorization.getOrDefault("scope", "");
        members.put("scope", scope);
        if (withRefreshToken) {
            String refreshToken = "rt-" + UUID.randomUUID();
            refreshTokens.put(refreshToken, authorization);
            members.put("refresh_token", refreshToken);
        }
        if (List.of(scope.split(" ")).contains("openid")) {
            members.put("id_token", idToken(authorization.get("nonce")));
        }
        return new Reply(200, "application/json", Json.write(tokenAnswer.apply(members)));
    }

    private String idToken(@Nullable String nonce) {
        Instant now = clock.instant();
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", issuer.issuer());
        claims.put("sub", "user-1");
        claims.put("aud", clientId);
        claims.put("iat", now.getEpochSecond());
        claims.put("exp", now.plus(Duration.ofMinutes(5)).getEpochSecond());
        if (nonce != null) {
            claims.put("nonce", nonce);
        }
        return issuer.sign(issuer.header().build(), Json.write(idToken.apply(claims)));
    }

    private synchronized Reply revoke(HttpExchange exchange) throws IOException {
        Map<String, String> asked = body(exchange);
        if (!isClient(exchange, asked)) {
            return Reply.error(401, "invalid_client");
        }
        revoked.add(asked.getOrDefault("token", ""));
        refreshTokens.remove(asked.getOrDefault("token", ""));
        return new Reply(200, "text/plain", "");
    }

    private boolean isClient(HttpExchange exchange, Map<String, String> asked) {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        if (header == null) {
            return clientId.equals(asked.get("client_id")) && clientSecret.equals(asked.get("client_secret"));
        }
        // RFC 6749 section 2.3.1: both halves are form-encoded first.
        String pair = encode(clientId) + ":" + encode(clientSecret);
        return header.equals("Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        FakeOpenIdProvider.answer(exchange, reply.status(), reply.contentType(), reply.body());
    }

    private static Map<String, String> body(HttpExchange exchange) throws IOException {
        return form(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    }

    private static Map<String, String> form(@Nullable String text) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String pair : text == null || text.isEmpty() ? new String[0] : text.split("&")) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            values.put(
                    URLDecoder.decode(name, StandardCharsets.UTF_8),
                    equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return values;
    }

    private static String encode(Map<String, String> values) {
        StringBuilder text = new StringBuilder();
        values.forEach((name, value) -> text.append(text.isEmpty() ? "" : "&")
                .append(encode(name))
                .append('=')
                .append(encode(value)));
        return text.toString();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String challenge(String verifier) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
