package dev.latchkey.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * An OAuth client written by hand (RFC 6749, RFC 7636) that shares no line with the broker: it proves that a real
 * partner of the kit works by itself, so that a broker's failure there is the broker's. One flow an object.
 */
final class HandWrittenClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TestHttp http = new TestHttp();
    private final String authorization;
    private final URI redirectUri;
    private final JsonNode metadata;
    private final String verifier = UUID.randomUUID() + "-" + UUID.randomUUID();
    private final String state = UUID.randomUUID().toString();
    private final String clientId;

    HandWrittenClient(URI issuer, String clientId, String clientSecret, URI redirectUri) {
        this.clientId = clientId;
        this.authorization = TestHttp.basic(clientId, clientSecret);
        this.redirectUri = redirectUri;
        this.metadata = json(http.get(URI.create(issuer + "/.well-known/openid-configuration")));
    }

    static JsonNode json(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode metadata() {
        return metadata;
    }

    String state() {
        return state;
    }

    /** The authorization request without PKCE, which the partner must refuse. */
    URI authorizationUrlWithoutPkce(String scope) {
        return URI.create(metadata.path("authorization_endpoint").asText() + "?response_type=code&client_id=" + clientId
                + "&redirect_uri=" + URLEncoder.encode(redirectUri.toString(), StandardCharsets.UTF_8) + "&scope="
                + URLEncoder.encode(scope, StandardCharsets.UTF_8) + "&state=" + state);
    }

    URI authorizationUrl(String scope) {
        return URI.create(
                authorizationUrlWithoutPkce(scope) + "&code_challenge=" + challenge() + "&code_challenge_method=S256");
    }

    private String challenge() {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static Map<String, String> parametersOf(URI callback) {
        return Arrays.stream(callback.getRawQuery().split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    }

    HttpResponse<String> exchange(String code) {
        return token(Map.of(
                "grant_type",
                "authorization_code",
                "code",
                code,
                "redirect_uri",
                redirectUri.toString(),
                "code_verifier",
                verifier));
    }

    HttpResponse<String> refresh(String refreshToken) {
        return token(Map.of("grant_type", "refresh_token", "refresh_token", refreshToken));
    }

    HttpResponse<String> revoke(String refreshToken) {
        return http.form(
                URI.create(metadata.path("revocation_endpoint").asText()),
                authorization,
                Map.of("token", refreshToken, "token_type_hint", "refresh_token"));
    }

    HttpResponse<String> userInfo(String accessToken) {
        return http.get(URI.create(metadata.path("userinfo_endpoint").asText()), "Bearer " + accessToken);
    }

    private HttpResponse<String> token(Map<String, String> fields) {
        return http.form(URI.create(metadata.path("token_endpoint").asText()), authorization, fields);
    }

    @Override
    public void close() {
        http.close();
    }
}
