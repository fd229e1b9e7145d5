package dev.latchkey.sandbox.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.Endpoint;
import dev.latchkey.sandbox.http.Parameters;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.oauth2.Settings;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.oauth2.grant.Family;
import dev.latchkey.sandbox.partner.Partner;
import dev.latchkey.sandbox.partner.Partners;
import java.util.Optional;
import java.util.Set;

/** The control API: JSON in, JSON out, unknown fields refused. Holds no state of its own. */
public final class ControlApi {

    /** Every address of the control API starts with this. */
    public static final String PREFIX = "/control/";

    private static final String SETTINGS = PREFIX + "settings/";
    private static final String OAUTH1 = PREFIX + "oauth1/";
    private static final String FAMILIES = PREFIX + "families/";
    private static final String WEBHOOKS = PREFIX + "webhooks/";

    private final World world;
    private final Partners partners;
    private final ClientOrders clients;
    private final ConsumerOrders consumers;
    private final FaultOrders faults;
    private final WebhookOrders webhooks;
    private final Reset reset;
    private final NoonOrders noon;

    public ControlApi(World world, Partners partners) {
        this.world = world;
        this.partners = partners;
        this.clients = new ClientOrders(world, partners);
        this.consumers = new ConsumerOrders(world, partners);
        this.faults = new FaultOrders(world, partners);
        this.webhooks = new WebhookOrders(world.webhooks());
        this.noon = new NoonOrders(world);
        this.reset = new Reset(world, partners);
    }

    /** Answers one request. */
    public Response handle(Request request) {
        try {
            requireOwnHost(request);
            return route(request);
        } catch (Refusal refusal) {
            return Response.refusal(refusal);
        }
    }

    /** A web page that a person has open must not command the sandbox by DNS rebinding. */
    private void requireOwnHost(Request request) {
        int port = world.base().getPort();
        Set<String> own = Set.of("127.0.0.1:" + port, "localhost:" + port);
        if (!own.contains(request.header("host").orElse(""))) {
            throw new Refusal(421, "invalid_request", "the control API answers to its own address only");
        }
    }

    private Response route(Request request) {
        return switch (request.method() + " " + request.path()) {
            case "POST /control/clients" -> ok(201, clients.register(body(request)));
            case "GET /control/clients" -> ok(200, clients.list());
            case "POST /control/faults" -> ok(201, faults.order(body(request)));
            case "GET /control/faults" -> ok(200, faults.list());
            case "DELETE /control/faults" -> done(world.faults()::clear);
            case "POST /control/reset" ->
                done(() -> reset.run(request.body().isBlank() ? StrictJson.object() : body(request)));
            case "GET /control/counters" -> ok(200, world.counters().toJson());
            case "GET /control/requests" -> ok(200, requests(request.query()));
            case "GET /control/assertions" ->
                ok(200, world.assertionLog().toJson(request.query().one("partner")));
            case "GET /control/families" -> ok(200, families());
            case "POST /control/webhooks" -> ok(201, webhooks.save(body(request)));
            case "GET /control/webhooks" -> ok(200, webhooks.list());
            default -> routeByName(request);
        };
    }

    private Response routeByName(Request request) {
        if (request.path().startsWith(NoonOrders.PREFIX)) {
            return noon.handle(request);
        }
        if (request.path().startsWith(SETTINGS)) {
            Partner partner = partners.named(request.path().substring(SETTINGS.length()));
            if (request.method().equals("PUT")) {
                world.settings().put(partner.id(), partner.defaults().changedBy(body(request)));
            } else if (!request.method().equals("GET")) {
                throw new Refusal(405, "invalid_request", "GET or PUT only");
            }
            Settings settings = world.settings().find(partner.id()).orElseGet(partner::defaults);
            return ok(200, settings.toJson());
        }
        if (request.path().startsWith(OAUTH1)) {
            return oauth1(request, request.path().substring(OAUTH1.length()));
        }
        if (request.path().startsWith(FAMILIES) && request.method().equals("DELETE")) {
            Family family = world.grants()
                    .family(request.path().substring(FAMILIES.length()))
                    .orElseThrow(() -> new Refusal(404, "not_found", "unknown family"));
            return done(() -> world.grants().end(family, "revoked by the user"));
        }
        if (request.path().startsWith(WEBHOOKS)) {
            return webhook(request, request.path().substring(WEBHOOKS.length()).split("/", 2));
        }
        throw new Refusal(404, "not_found", "no such control address or method");
    }

    /** {@code GET} and {@code PUT} of the rules; {@code DELETE} ends the tokens of {@code ?user=}. */
    private Response oauth1(Request request, String partner) {
        return switch (request.method()) {
            case "GET" -> ok(200, consumers.rules(partner, Optional.empty()));
            case "PUT" -> ok(200, consumers.rules(partner, Optional.of(body(request))));
            case "DELETE" ->
                done(() -> world.oauth1()
                        .end(partners.named(partner).id(), request.query().required("user")));
            default -> throw new Refusal(405, "invalid_request", "GET, PUT or DELETE only");
        };
    }

    private Response webhook(Request request, String[] path) {
        return switch (request.method() + (path.length > 1 ? " " + path[1] : "")) {
            case "DELETE" -> done(() -> world.webhooks().delete(path[0]));
            case "POST events" -> ok(200, webhooks.fire(path[0], body(request)));
            case "POST repeat" -> ok(200, webhooks.repeat(path[0]));
            default -> throw new Refusal(404, "not_found", "no such control address or method");
        };
    }

    private ArrayNode requests(Parameters query) {
        query.allowOnly(Set.of("partner", "endpoint"));
        return world.requests()
                .toJson(query.one("partner"), query.one("endpoint").map(Endpoint::of));
    }

    private ArrayNode families() {
        ArrayNode all = StrictJson.object().arrayNode();
        for (Family.Snapshot family : world.grants().snapshots()) {
            ObjectNode json = all.addObject()
                    .put("family", family.id())
                    .put("partner", family.subject().partner())
                    .put("client_id", family.subject().clientId())
                    .put("user", family.subject().user())
                    .put("live_access_tokens", family.liveAccessTokens())
                    .put("refreshes", family.generation())
                    .put("alive", family.dead().isEmpty());
            family.dead().ifPresent(reason -> json.put("dead_because", reason));
            family.subject().scopes().stream().sorted().forEach(json.putArray("scopes")::add);
        }
        return all;
    }

    /** JSON by its media type: a form of a foreign web page cannot send it without asking first. */
    static ObjectNode body(Request request) {
        if (!request.mediaType().equals("application/json")) {
            throw new Refusal(415, "invalid_request", "content type must be application/json");
        }
        return StrictJson.parseObject(request.body());
    }

    private static Response ok(int status, JsonNode json) {
        return Response.json(status, StrictJson.write(json));
    }

    private static Response done(Runnable action) {
        action.run();
        return Response.empty(204);
    }
}
