package dev.latchkey.sandbox.partner;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.fault.Edits;
import dev.latchkey.sandbox.http.Caller;
import dev.latchkey.sandbox.http.Endpoint;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.oauth1.OAuth1Server;
import dev.latchkey.sandbox.oauth1.Rules;
import dev.latchkey.sandbox.oauth2.AuthorizationServer;
import dev.latchkey.sandbox.oauth2.GrantType;
import dev.latchkey.sandbox.oauth2.Profile;
import dev.latchkey.sandbox.oauth2.ScopeRule;
import dev.latchkey.sandbox.oauth2.Settings;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.oauth2.client.AuthMethod;
import dev.latchkey.sandbox.oauth2.client.Client;
import dev.latchkey.sandbox.oauth2.grant.Rotation;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A partner by the book, under any name: RFC 6749, 6750, 7009, 7523, 7636, 8414 and 9207; RFC 5849 below {@code /oauth1}. */
public final class GenericPartner implements Partner {

    private static final String METADATA = "/.well-known/oauth-authorization-server/";

    private final String id;
    private final World world;
    private static final Rules RULES = Rules.of("HMAC-SHA1", Rules.Place.HEADER);

    private final AuthorizationServer server;
    private final OAuth1Server oauth1;

    public GenericPartner(String id, World world) {
        this.id = id;
        this.world = world;
        Profile profile = new Profile(
                id,
                "Partner " + id.substring(id.indexOf('/') + 1),
                Set.of(AuthMethod.values()),
                new ScopeRule(Set.of(), false),
                false,
                false,
                GenericPartner::allows);
        this.server = new AuthorizationServer(profile, world, this::settings);
        this.oauth1 = new OAuth1Server(id, profile.title(), RULES, Set.of("POST"), world);
    }

    private static boolean allows(Client client, GrantType grant) {
        return grant == GrantType.CLIENT_CREDENTIALS || !client.redirectUris().isEmpty();
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public List<String> addresses() {
        String at = "/" + id;
        return List.of(
                METADATA + id,
                at + "/authorize",
                at + "/token",
                at + "/revoke",
                at + "/jwks",
                at + "/api/...",
                at + "/oauth1/request_token",
                at + "/oauth1/authorize",
                at + "/oauth1/access_token",
                at + "/oauth1/api/...");
    }

    @Override
    public Settings defaults() {
        return Settings.defaults(Rotation.STRICT, true);
    }

    @Override
    public Optional<Rules> oauth1Rules() {
        return Optional.of(RULES);
    }

    private Settings settings() {
        return world.settings().find(id).orElseGet(this::defaults);
    }

    @Override
    public Optional<Operation> operation(Request r) {
        if (r.path().equals(METADATA + id)) {
            return Optional.of(new Operation(Endpoint.METADATA, Caller.unknown(), this::metadata));
        }
        String prefix = "/" + id;
        return r.path().startsWith(prefix + "/")
                ? Optional.ofNullable(below(r, r.path().substring(prefix.length())))
                : Optional.empty();
    }

    private @Nullable Operation below(Request r, String path) {
        return switch (path) {
            case "/authorize" ->
                new Operation(Endpoint.AUTHORIZE, server.browser(r), edits -> server.authorize(r, edits));
            case "/token" ->
                new Operation(AuthorizationServer.tokenEndpoint(r), server.client(r), edits -> server.token(r, edits));
            case "/revoke" -> new Operation(Endpoint.REVOKE, server.client(r), edits -> server.revoke(r));
            case "/jwks" -> new Operation(Endpoint.JWKS, Caller.unknown(), GenericPartner::jwks);
            case "/oauth1/request_token" ->
                new Operation(Endpoint.REQUEST_TOKEN, oauth1.caller(r), edits -> oauth1.requestToken(r));
            case "/oauth1/authorize" ->
                new Operation(Endpoint.AUTHORIZE, oauth1.caller(r), edits -> oauth1.authorize(r));
            case "/oauth1/access_token" ->
                new Operation(Endpoint.ACCESS_TOKEN, oauth1.caller(r), edits -> oauth1.accessToken(r));
            case String api
            when api.startsWith("/oauth1/api/") ->
                new Operation(Endpoint.API, oauth1.caller(r), edits -> oauth1.resource(r));
            case String api
            when api.startsWith("/api/") ->
                new Operation(Endpoint.API, server.bearer(r), edits -> server.resource(r, Optional.empty(), edits));
            default -> null;
        };
    }

    /** RFC 8414 s.2; {@code authorization_response_iss_parameter_supported} is RFC 9207 s.3. */
    private Response metadata(Edits edits) {
        String issuer = server.issuer();
        ObjectNode json = StrictJson.object()
                .put("issuer", issuer)
                .put("authorization_endpoint", issuer + "/authorize")
                .put("token_endpoint", issuer + "/token")
                .put("revocation_endpoint", issuer + "/revoke")
                .put("jwks_uri", issuer + "/jwks")
                .put(
                        "authorization_response_iss_parameter_supported",
                        settings().issAdvertised());
        json.putArray("response_types_supported").add("code");
        json.putArray("code_challenge_methods_supported").add("S256");
        json.putArray("token_endpoint_auth_signing_alg_values_supported")
                .add("RS256")
                .add("ES256");
        for (GrantType grant : GrantType.values()) {
            json.withArray("grant_types_supported").add(grant.label());
        }
        for (AuthMethod method : AuthMethod.values()) {
            json.withArray("token_endpoint_auth_methods_supported").add(method.label());
        }
        return Response.json(200, edits.edited(json));
    }

    /** Empty: this partner signs nothing. The address exists so that faults can be aimed at it. */
    private static Response jwks(Edits edits) {
        ObjectNode json = StrictJson.object();
        json.putArray("keys");
        return Response.json(200, edits.edited(json));
    }
}
