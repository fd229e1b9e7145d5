package dev.latchkey.sandbox.partner;

import dev.latchkey.sandbox.http.Caller;
import dev.latchkey.sandbox.http.Endpoint;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
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

/**
 * Noones' OAuth 2: direct access with client credentials, delegated access with a code. A key without a callback URL
 * is a direct one, a key with one a delegated one, and neither may use the other's grant. The document is silent about
 * scopes, client authentication and rotation: the sandbox takes any well-formed scope, both secret methods, and none.
 */
public final class Noones implements Partner {

    private static final String ID = "noones";
    private static final String API = "/noones-api/";

    private final AuthorizationServer server;

    public Noones(World world) {
        Profile profile = new Profile(
                ID,
                "Noones",
                Set.of(AuthMethod.CLIENT_SECRET_BASIC, AuthMethod.CLIENT_SECRET_POST),
                new ScopeRule(Set.of(), false),
                false,
                false,
                Noones::allows);
        this.server = new AuthorizationServer(
                profile, world, () -> world.settings().find(ID).orElseGet(this::defaults));
    }

    private static boolean allows(Client client, GrantType grant) {
        boolean direct = client.redirectUris().isEmpty();
        return direct == (grant == GrantType.CLIENT_CREDENTIALS);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public List<String> addresses() {
        return List.of("/noones/oauth2/authorize", "/noones/oauth2/token", API + "...");
    }

    @Override
    public Settings defaults() {
        return Settings.defaults(Rotation.NONE, false);
    }

    @Override
    public Optional<Operation> operation(Request r) {
        return Optional.ofNullable(
                switch (r.path()) {
                    case "/noones/oauth2/authorize" ->
                        new Operation(Endpoint.AUTHORIZE, server.browser(r), edits -> server.authorize(r, edits));
                    case "/noones/oauth2/token" ->
                        new Operation(
                                AuthorizationServer.tokenEndpoint(r),
                                server.client(r),
                                edits -> server.token(r, edits));
                    case String path
                    when path.contains("/wallet/") && path.startsWith(API) ->
                        new Operation(Endpoint.API, Caller.unknown(), edits -> gone());
                    case String path
                    when path.startsWith(API) ->
                        new Operation(
                                Endpoint.API, server.bearer(r), edits -> server.resource(r, Optional.empty(), edits));
                    default -> null;
                });
    }

    private static Response gone() {
        return Response.refusal(new Refusal(404, "not_found", "wallet methods are no longer available"));
    }
}
