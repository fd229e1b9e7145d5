package dev.latchkey.sandbox.partner;

import dev.latchkey.sandbox.http.Endpoint;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.oauth1.OAuth1Server;
import dev.latchkey.sandbox.oauth1.Rules;
import dev.latchkey.sandbox.oauth2.AuthorizationServer;
import dev.latchkey.sandbox.oauth2.GrantType;
import dev.latchkey.sandbox.oauth2.Profile;
import dev.latchkey.sandbox.oauth2.ScopeRule;
import dev.latchkey.sandbox.oauth2.Settings;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.oauth2.client.AuthMethod;
import dev.latchkey.sandbox.oauth2.grant.Rotation;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Cryptonit, as its affiliates page has it. OAuth 2: mandatory scopes, credentials in the form body, a {@code
 * User-Agent}, and a token endpoint below {@code /oauth}, not {@code /oauth2}. The page is silent about rotation; the
 * sandbox takes {@code strict}. OAuth 1.0a: HMAC-SHA1 with the parameters in the query; its example's library asks for
 * tokens by GET where the RFC says POST, so that both are taken.
 */
public final class Cryptonit implements Partner {

    private static final String ID = "cryptonit";
    private static final String STATUS = "/cryptonit/oauth2/tokens/";
    private static final String USERS = "/cryptonit/apiv2/rest/users/";
    private static final String EXCHANGE = "/cryptonit/apiv2/rest/exchange/";

    private static final Rules RULES = Rules.of("HMAC-SHA1", Rules.Place.QUERY);

    private final AuthorizationServer server;
    private final TokenStatus status;
    private final OAuth1Server oauth1;
    private final Affiliates affiliates;

    public Cryptonit(World world) {
        Profile profile = new Profile(
                ID,
                "Cryptonit",
                Set.of(AuthMethod.CLIENT_SECRET_POST),
                new ScopeRule(Set.of("basic", "withdraw", "trade"), true),
                true,
                true,
                (client, grant) -> grant != GrantType.CLIENT_CREDENTIALS);
        this.server = new AuthorizationServer(
                profile, world, () -> world.settings().find(ID).orElseGet(this::defaults));
        this.oauth1 = new OAuth1Server(ID, "Cryptonit", RULES, Set.of("GET", "POST"), world);
        this.affiliates = new Affiliates(oauth1);
        this.status = new TokenStatus(ID, world);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public List<String> addresses() {
        return List.of(
                "/cryptonit/oauth2/authorize",
                "/cryptonit/oauth/token",
                "/cryptonit/oauth/request_token",
                "/cryptonit/oauth/authorize",
                "/cryptonit/oauth/access_token",
                Affiliates.PREFIX + "terms, " + Affiliates.PREFIX + "user (preset token)",
                STATUS + "{token}",
                USERS + "... (scope basic)",
                EXCHANGE + "... (scope trade)");
    }

    @Override
    public Settings defaults() {
        return Settings.defaults(Rotation.STRICT, false);
    }

    @Override
    public Optional<Rules> oauth1Rules() {
        return Optional.of(RULES);
    }

    @Override
    public Optional<Operation> operation(Request r) {
        return Optional.ofNullable(
                switch (r.path()) {
                    case "/cryptonit/oauth2/authorize" ->
                        new Operation(Endpoint.AUTHORIZE, server.browser(r), edits -> server.authorize(r, edits));
                    case "/cryptonit/oauth/token" ->
                        new Operation(
                                AuthorizationServer.tokenEndpoint(r),
                                server.client(r),
                                edits -> server.token(r, edits));
                    case "/cryptonit/oauth/request_token" ->
                        new Operation(Endpoint.REQUEST_TOKEN, oauth1.caller(r), edits -> oauth1.requestToken(r));
                    case "/cryptonit/oauth/authorize" ->
                        new Operation(Endpoint.AUTHORIZE, oauth1.caller(r), edits -> oauth1.authorize(r));
                    case "/cryptonit/oauth/access_token" ->
                        new Operation(Endpoint.ACCESS_TOKEN, oauth1.caller(r), edits -> oauth1.accessToken(r));
                    case String path
                    when below(path, Affiliates.PREFIX) ->
                        new Operation(Endpoint.API, oauth1.caller(r), edits -> affiliates.answer(r));
                    case String path
                    when below(path, STATUS) -> {
                        String token = path.substring(STATUS.length());
                        yield new Operation(
                                Endpoint.API, status.caller(token), edits -> status.answer(r, token, edits));
                    }
                    case String path when below(path, USERS) -> resource(r, "basic");
                    case String path when below(path, EXCHANGE) -> resource(r, "trade");
                    default -> null;
                });
    }

    private Operation resource(Request r, String scope) {
        if (OAuth1Server.isSigned(r)) {
            return new Operation(Endpoint.API, oauth1.caller(r), edits -> oauth1.resource(r));
        }
        return new Operation(Endpoint.API, server.bearer(r), edits -> server.resource(r, Optional.of(scope), edits));
    }

    private static boolean below(String path, String prefix) {
        return path.startsWith(prefix) && path.length() > prefix.length();
    }
}
