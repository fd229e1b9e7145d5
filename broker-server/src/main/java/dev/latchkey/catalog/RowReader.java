package dev.latchkey.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.catalog.RefreshSemantics.Rotation;
import dev.latchkey.oauth.Scopes;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Turns a document that the schema has accepted into a row, filling in what it leaves out. The defaults are the safe
 * choices: PKCE is on, a refresh token is taken to be good for one use, a token without a stated life to live five
 * minutes.
 */
final class RowReader {

    private static final Duration DEFAULT_LIFETIME = Duration.ofMinutes(5);
    private static final Duration MAXIMUM_LIFETIME = Duration.ofHours(24);

    private RowReader() {}

    /** The row that the document describes. */
    static CatalogEntry read(JsonNode row) {
        HandshakeKind kind = HandshakeKind.valueOf(upper(row.path("kind").asText()));
        return new CatalogEntry(
                row.path("id").asText(),
                row.path("name").asText(),
                kind,
                row.path("generic").asBoolean(false),
                row.path("openid").asBoolean(false),
                endpoints(row.path("endpoints")),
                scopes(row.path("scopes")),
                clientAuthentication(row.path("client_auth"), ClientAuthentication.CLIENT_SECRET_BASIC),
                row.path("pkce").asBoolean(kind.needsBrowser()),
                row.path("issuer_in_callback").asBoolean(false),
                texts(row.path("headers")),
                texts(row.path("authorization_parameters")),
                refresh(row.path("refresh"), defaultRefresh(kind)),
                Set.of("client_id", "client_secret", "private_key"),
                WebhookReader.read(row.path("webhook")),
                row.path("notes").asText(""));
    }

    /** The addresses given; names and syntax have been checked. */
    static Endpoints endpoints(JsonNode node) {
        Map<EndpointName, URI> values = new EnumMap<>(EndpointName.class);
        node.properties()
                .forEach(member -> values.put(
                        EndpointName.valueOf(upper(member.getKey())),
                        URI.create(member.getValue().asText())));
        return new Endpoints(values);
    }

    /** The list of scopes given; empty for none. */
    static Scopes scopeList(JsonNode node) {
        List<String> values = new ArrayList<>();
        node.forEach(item -> values.add(item.asText()));
        return Scopes.of(values);
    }

    /** The method named, or {@code otherwise}. */
    static ClientAuthentication clientAuthentication(JsonNode node, ClientAuthentication otherwise) {
        return node.isTextual() ? ClientAuthentication.valueOf(upper(node.asText())) : otherwise;
    }

    /** What {@code node} says, completed by {@code base}. */
    static RefreshSemantics refresh(JsonNode node, RefreshSemantics base) {
        Rotation rotation = node.has("rotation")
                ? Rotation.valueOf(upper(node.path("rotation").asText()))
                : base.rotation();
        Duration grace = node.has("rotation") ? seconds(node.path("grace"), Duration.ZERO) : base.grace();
        return new RefreshSemantics(
                rotation,
                grace,
                node.path("old_token_dies").asBoolean(base.oldTokenDies()),
                seconds(node.path("default_lifetime"), base.defaultLifetime()),
                seconds(node.path("maximum_lifetime"), base.maximumLifetime()));
    }

    private static RefreshSemantics defaultRefresh(HandshakeKind kind) {
        Rotation rotation = kind.needsBrowser() ? Rotation.STRICT : Rotation.NONE;
        return new RefreshSemantics(rotation, Duration.ZERO, false, DEFAULT_LIFETIME, MAXIMUM_LIFETIME);
    }

    private static ScopePolicy scopes(JsonNode node) {
        Scopes available = scopeList(node.path("available"));
        Scopes always = scopeList(node.path("always"));
        return new ScopePolicy(
                available.isEmpty() ? available : available.plus(always),
                node.path("required").asBoolean(false),
                always,
                node.path("narrowing").asBoolean(false));
    }

    private static Map<String, String> texts(JsonNode node) {
        Map<String, String> values = new LinkedHashMap<>();
        node.properties()
                .forEach(member -> values.put(member.getKey(), member.getValue().asText()));
        return values;
    }

    private static Duration seconds(JsonNode node, Duration otherwise) {
        return node.isIntegralNumber() ? Duration.ofSeconds(node.asLong()) : otherwise;
    }

    private static String upper(String wireName) {
        return wireName.toUpperCase(Locale.ROOT);
    }
}
