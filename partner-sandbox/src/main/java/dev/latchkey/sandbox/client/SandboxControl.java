package dev.latchkey.sandbox.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** Commands a sandbox over its control API. A refused command is an {@link IllegalStateException}. Thread-safe. */
public final class SandboxControl {

    private static final JsonMapper MAPPER = new JsonMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI base;

    /** For the sandbox at {@code base}, such as {@code http://127.0.0.1:8600}. */
    public SandboxControl(URI base) {
        this.base = base;
    }

    /** Registers a client that has a secret; without redirect URIs it is a client for its own access. */
    public void registerClient(String partner, String clientId, String secret, String... redirectUris) {
        register(partner, clientId, redirectUris, "client_secret", secret);
    }

    /** Registers a client that signs assertions (RFC 7523); the key is PEM. */
    public void registerKeyClient(String partner, String clientId, String publicKeyPem, String... redirectUris) {
        register(partner, clientId, redirectUris, "public_key", publicKeyPem);
    }

    /** Registers a client that the partner calls; {@code partnerId} is what the partner gives us in return. */
    public void registerCalledClient(
            String partner, String clientId, String secret, String partnerId, String connectionUrl) {
        ObjectNode json = MAPPER.createObjectNode()
                .put("partner", partner)
                .put("client_id", clientId)
                .put("client_secret", secret)
                .put("partner_id", partnerId)
                .put("connection_url", connectionUrl);
        call("POST", "clients", json.toString());
    }

    private void register(String partner, String clientId, String[] redirectUris, String proof, String value) {
        ObjectNode json = MAPPER.createObjectNode()
                .put("partner", partner)
                .put("client_id", clientId)
                .put(proof, value);
        List.of(redirectUris).forEach(json.putArray("redirect_uris")::add);
        call("POST", "clients", json.toString());
    }

    /** Registers a consumer of OAuth 1.0 that has a secret. */
    public void registerConsumer(String partner, String key, String secret, String... callbacks) {
        consumer(partner, key, Map.of("consumer_secret", secret, "callbacks", List.of(callbacks)));
    }

    /** Registers a consumer of OAuth 1.0 that signs with an RSA key; the key is PEM. */
    public void registerKeyConsumer(String partner, String key, String publicKeyPem, String... callbacks) {
        consumer(partner, key, Map.of("public_key", publicKeyPem, "callbacks", List.of(callbacks)));
    }

    /** Registers a consumer of OAuth 1.0 with a token that the partner hands over by hand. */
    public void registerPreset(String partner, String key, String secret, String token, String tokenSecret) {
        consumer(
                partner,
                key,
                Map.of("consumer_secret", secret, "preset", Map.of("token", token, "token_secret", tokenSecret)));
    }

    /** Registers a consumer of OAuth 1.0 with the token of a user who has consented long ago. */
    public void registerToken(
            String partner, String key, String secret, String token, String tokenSecret, String user) {
        consumer(
                partner,
                key,
                Map.of(
                        "consumer_secret",
                        secret,
                        "preset",
                        Map.of("token", token, "token_secret", tokenSecret, "user", user)));
    }

    private void consumer(String partner, String key, Map<String, ?> fields) {
        ObjectNode json = MAPPER.valueToTree(fields);
        call(
                "POST",
                "clients",
                json.put("partner", partner).put("consumer_key", key).toString());
    }

    /** Sets what a partner asks of an OAuth 1.0 signature; what is not given goes back to the partner's default. */
    public JsonNode oauth1Rules(String partner, Map<String, ?> rules) {
        return call("PUT", "oauth1/" + partner, MAPPER.valueToTree(rules).toString());
    }

    /** Ends a user's OAuth 1.0 tokens, as a user does who withdraws consent at the partner. */
    public void endOAuth1Tokens(String partner, String user) {
        call("DELETE", "oauth1/" + partner + "?user=" + encoded(user), "");
    }

    /** How often a partner turned a request down for this reason. */
    public long rejections(String partner, String reason) {
        return counters()
                .path("partners")
                .path(partner)
                .path("rejections")
                .path(reason)
                .asLong();
    }

    /** Orders a fault and returns its id. */
    public String fault(FaultOrder order) {
        return call("POST", "faults", order.toJson()).path("id").asText();
    }

    /** Takes all ordered faults back. */
    public void clearFaults() {
        call("DELETE", "faults", "");
    }

    /** The faults that are still in store. */
    public JsonNode faults() {
        return call("GET", "faults", "");
    }

    /** Sets a partner's settings; what is not given goes back to the partner's default. */
    public JsonNode settings(String partner, Map<String, ?> settings) {
        return call("PUT", "settings/" + partner, MAPPER.valueToTree(settings).toString());
    }

    /** All counters. */
    public JsonNode counters() {
        return call("GET", "counters", "");
    }

    /** How many requests one endpoint of a partner got. */
    public long count(String partner, String endpoint) {
        return counters()
                .path("partners")
                .path(partner)
                .path("requests")
                .path(endpoint)
                .asLong();
    }

    /** How many refreshes took effect in one family. */
    public long refreshes(String family) {
        return counters().path("families").path(family).path("refreshes").asLong();
    }

    /** All token families, oldest first. */
    public JsonNode families() {
        return call("GET", "families", "");
    }

    /** The youngest family of a user at a partner. */
    public Optional<String> familyOf(String partner, String user) {
        return StreamSupport.stream(families().spliterator(), false)
                .filter(family -> family.path("partner").asText().equals(partner))
                .filter(family -> family.path("user").asText().equals(user))
                .map(family -> family.path("family").asText())
                .reduce((older, younger) -> younger);
    }

    /** Ends a family, as a user does who withdraws consent at the partner. */
    public void endFamily(String family) {
        call("DELETE", "families/" + family, "");
    }

    /** The last requests to one endpoint of a partner, oldest first. */
    public List<SeenRequest> requests(String partner, String endpoint) {
        return StreamSupport.stream(
                        call("GET", "requests?partner=" + encoded(partner) + "&endpoint=" + endpoint, "")
                                .spliterator(),
                        false)
                .map(SeenRequest::of)
                .toList();
    }

    /** The client assertions that a partner saw. */
    public JsonNode assertions(String partner) {
        return call("GET", "assertions?partner=" + encoded(partner), "");
    }

    /** Saves a webhook URL at Noones, which challenges it first; an HMAC key's secret signs events. Returns its id. */
    public String saveWebhook(String url, Optional<String> secret) {
        ObjectNode json = MAPPER.createObjectNode().put("url", url);
        secret.ifPresent(value -> json.put("secret", value));
        return call("POST", "webhooks", json.toString()).path("id").asText();
    }

    /**
     * Has Noones send an event.
     *
     * @param order {@code kind}, {@code body}, {@code signature} ({@code right}, {@code wrong}, {@code none}),
     *     {@code attempts}; all may be absent
     * @return {@code body}, {@code signature}, {@code statuses}: what was sent, and what each attempt was answered
     */
    public JsonNode fireWebhook(String id, Map<String, ?> order) {
        return call(
                "POST", "webhooks/" + id + "/events", MAPPER.valueToTree(order).toString());
    }

    /** Has Noones send the last event once more, byte for byte. */
    public JsonNode repeatWebhook(String id) {
        return call("POST", "webhooks/" + id + "/repeat", "");
    }

    /** Registers a key of a Noon service account; the public half is PEM. */
    public void registerNoonKey(String account, String projectCode, String keyId, String publicKeyPem) {
        ObjectNode json = MAPPER.createObjectNode()
                .put("account", account)
                .put("project_code", projectCode)
                .put("key_id", keyId)
                .put("public_key", publicKeyPem);
        call("POST", "noon/keys", json.toString());
    }

    /** Removes a key of a Noon service account; the sessions that it logged in live on. */
    public void removeNoonKey(String keyId) {
        call("DELETE", "noon/keys/" + encoded(keyId), "");
    }

    /** The keys of all Noon service accounts. */
    public JsonNode noonKeys() {
        return call("GET", "noon/keys", "");
    }

    /** Ends the sessions that a key logged in at Noon and answers how many there were. */
    public int killNoonSessions(String keyId) {
        return call("DELETE", "noon/sessions?key_id=" + encoded(keyId), "")
                .path("ended")
                .asInt();
    }

    /** The live sessions at Noon, with their cookies. */
    public JsonNode noonSessions() {
        return call("GET", "noon/sessions", "");
    }

    /** Sets what Noon can be told: {@code session_seconds}, {@code cookies}; what is not given is the default. */
    public JsonNode noonSettings(Map<String, ?> settings) {
        return call("PUT", "noon/settings", MAPPER.valueToTree(settings).toString());
    }

    /** Forgets the named parts, or everything if none is named. */
    public void reset(String... parts) {
        ObjectNode json = MAPPER.createObjectNode();
        if (parts.length > 0) {
            List.of(parts).forEach(json.putArray("only")::add);
        }
        call("POST", "reset", json.toString());
    }

    private JsonNode call(String method, String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve("/control/" + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            if (response.statusCode() >= 300) {
                throw new IllegalStateException(
                        method + " " + path + ": " + response.statusCode() + " " + response.body());
            }
            return MAPPER.readTree(response.body());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
