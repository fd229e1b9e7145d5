package dev.latchkey.sandbox.partner;

import dev.latchkey.sandbox.http.Endpoint;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.noon.NoonApi;
import dev.latchkey.sandbox.noon.SellerAccess;
import dev.latchkey.sandbox.oauth2.Settings;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.oauth2.grant.Rotation;
import java.util.List;
import java.util.Optional;

/** Noon: a signed login that answers cookies, and sellers' consent. Its settings are its own, at /control/noon. */
public final class Noon implements Partner {

    private static final String ID = "noon";
    private static final String CONSENT = "/noon-oauth/";
    private static final String LOGIN = "/noon/identity/public/v1/api/login";
    private static final String WHOAMI = "/noon/identity/v1/whoami";
    private static final String CREATE = "/noon/identity/oauth/v1/token/create";
    private static final String EXCHANGE = "/noon/identity/oauth/v1/token/exchange";
    private static final String API = "/noon/";

    private final NoonApi api;
    private final SellerAccess sellers;

    public Noon(World world) {
        this.api = new NoonApi(world.noon(), world.clock(), world.assertionLog());
        this.sellers = new SellerAccess(world, ID, api);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public List<String> addresses() {
        return List.of(LOGIN, WHOAMI, API + "... (session cookies)", CONSENT, CREATE, EXCHANGE);
    }

    @Override
    public Settings defaults() {
        return Settings.defaults(Rotation.NONE, false);
    }

    @Override
    public Optional<Operation> operation(Request r) {
        return Optional.ofNullable(
                switch (r.path()) {
                    case CONSENT ->
                        new Operation(Endpoint.AUTHORIZE, sellers.browserCaller(r), edits -> sellers.authorize(r));
                    case LOGIN -> new Operation(Endpoint.LOGIN, api.loginCaller(r), edits -> api.login(r, edits));
                    case CREATE ->
                        new Operation(Endpoint.TOKEN_CREATE, sellers.caller(r), edits -> sellers.create(r, edits));
                    case EXCHANGE ->
                        new Operation(Endpoint.TOKEN_EXCHANGE, sellers.caller(r), edits -> sellers.exchange(r, edits));
                    case WHOAMI -> new Operation(Endpoint.API, api.apiCaller(r), edits -> api.whoami(r, edits));
                    case String path
                    when path.startsWith(API) ->
                        new Operation(Endpoint.API, api.apiCaller(r), edits -> api.call(r, edits));
                    default -> null;
                });
    }
}
