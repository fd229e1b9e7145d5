package dev.latchkey.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.ClientAuthentication;
import dev.latchkey.catalog.entry.Dialect;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.catalog.entry.Endpoints;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.catalog.entry.ParameterPlace;
import dev.latchkey.catalog.entry.RefreshSemantics;
import dev.latchkey.catalog.entry.RefreshSemantics.Rotation;
import dev.latchkey.catalog.entry.ScopePolicy;
import dev.latchkey.catalog.entry.SignatureMethod;
import dev.latchkey.catalog.entry.SigningScheme;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.outbound.CallRate;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
        SigningScheme signing = SigningScheme.valueOf(upper(row.path("signing").asText("none")));
        return new CatalogEntry(
                row.path("id").asText(),
                row.path("name").asText(),
                kind,
                signing,
                row.path("generic").asBoolean(false),
                row.path("openid").asBoolean(false),
                endpoints(row.path("endpoints")),
                scopes(row.path("scopes")),
                clientAuthentication(row.path("client_auth"), ClientAuthentication.CLIENT_SECRET_BASIC),
                row.path("pkce").asBoolean(kind == HandshakeKind.AUTHORIZATION_CODE),
                row.path("issuer_in_callback").asBoolean(false),
                texts(row.path("headers")),
                texts(row.path("authorization_parameters")),
                refresh(row.path("refresh"), defaultRefresh(kind)),
                dialect(row, Dialect.COMMON),
                credentialFields(kind, signing),
                WebhookReader.read(row.path("webhook")),
                rate(row.path("rate")),
                row.path("notes").asText(""));
    }

    /** The way the document spells the protocol, completed by {@code base}. */
    static Dialect dialect(JsonNode node, Dialect base) {
        Set<Integer> statuses = new HashSet<>();
        node.path("reauthorize_statuses").forEach(status -> statuses.add(status.asInt()));
        return new Dialect(
                SignatureMethod.of(node.path("signature_method").asText()).orElse(base.signatureMethod()),
                node.has("parameters_in")
                        ? ParameterPlace.valueOf(
                                upper(node.path("parameters_in").asText()))
                        : base.parametersIn(),
                node.has("names") ? texts(node.path("names")) : base.names(),
                Optional.ofNullable(node.path("token_header").textValue()).or(base::bareHeader),
                node.has("reauthorize_statuses") ? statuses : base.reauthorizeStatuses());
    }

    /** A key that signs at an account of our own also brings the account's token, where the scheme has one. */
    private static Set<String> credentialFields(HandshakeKind kind, SigningScheme signing) {
        Set<String> fields = new HashSet<>(kind.credentialFields());
        fields.addAll(signing.credentialFields());
        if (kind == HandshakeKind.API_KEY && signing == SigningScheme.OAUTH1) {
            fields.addAll(Set.of("token", "token_secret"));
        }
        return fields;
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

    /** How often the partner may be called; empty where nothing is said. */
    static Optional<CallRate> rate(JsonNode node) {
        return node.has("calls")
                ? Optional.of(new CallRate(
                        node.path("calls").asInt(),
                        Duration.ofSeconds(node.path("per").asInt(1))))
                : Optional.empty();
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
