package dev.latchkey.sandbox.partner;

import dev.latchkey.sandbox.callback.CallbackServer;
import dev.latchkey.sandbox.http.Endpoint;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.oauth2.Settings;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.oauth2.grant.Rotation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * NoiseAware, as its API access page has it: it calls the integrator's ConnectionURL before it sends the browser back,
 * and its token goes bare into the {@code authorization} header. The page names refreshing and does not describe it:
 * the address, the names and the strict rotation are the sandbox's assumptions.
 */
public final class NoiseAware implements Partner {

    private static final String ID = "noiseaware";
    private static final String API = "/noiseaware-api/";

    private final CallbackServer server;

    public NoiseAware(World world) {
        this.server = new CallbackServer(
                ID, "NoiseAware", world, () -> world.settings().find(ID).orElseGet(this::defaults));
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public List<String> addresses() {
        return List.of("/noiseaware/authorize", "/noiseaware/token", "/noiseaware/token/refresh", API + "...");
    }

    @Override
    public Settings defaults() {
        return Settings.defaults(Rotation.STRICT, false).withAccessTokenLife(Duration.ofMinutes(15));
    }

    @Override
    public Optional<Operation> operation(Request r) {
        return Optional.ofNullable(
                switch (r.path()) {
                    case "/noiseaware/authorize" ->
                        new Operation(Endpoint.AUTHORIZE, server.browser(r), edits -> server.authorize(r));
                    case "/noiseaware/token" ->
                        new Operation(Endpoint.TOKEN, server.client(r), edits -> server.token(r, edits));
                    case "/noiseaware/token/refresh" ->
                        new Operation(Endpoint.REFRESH, server.client(r), edits -> server.refresh(r, edits));
                    case String path
                    when path.startsWith(API) ->
                        new Operation(Endpoint.API, server.bearer(r), edits -> server.resource(r, edits));
                    default -> null;
                });
    }
}
