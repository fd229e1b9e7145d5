package dev.latchkey.sandbox.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.Fields;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.noon.NoonBook;
import dev.latchkey.sandbox.noon.NoonSettings;
import dev.latchkey.sandbox.noon.ServiceAccounts;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.oauth2.client.PublicKeys;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;

/** Noon's keys, sessions and settings. */
final class NoonOrders {

    static final String PREFIX = ControlApi.PREFIX + "noon/";

    private static final String KEYS = PREFIX + "keys/";

    private final World world;

    NoonOrders(World world) {
        this.world = world;
    }

    Response handle(Request request) {
        NoonBook book = world.noon();
        return switch (request.method() + " " + request.path()) {
            case "POST /control/noon/keys" -> ok(201, add(book, ControlApi.body(request)));
            case "GET /control/noon/keys" -> ok(200, keys(book));
            case "DELETE /control/noon/sessions" ->
                ok(
                        200,
                        StrictJson.object()
                                .put(
                                        "ended",
                                        book.sessions().kill(request.query().one("key_id"))));
            case "GET /control/noon/sessions" -> ok(200, sessions(book));
            case "PUT /control/noon/settings" -> {
                book.settings(NoonSettings.of(ControlApi.body(request)));
                yield ok(200, book.settings().toJson());
            }
            case "GET /control/noon/settings" -> ok(200, book.settings().toJson());
            default -> removed(book, request);
        };
    }

    private static Response removed(NoonBook book, Request request) {
        if (request.method().equals("DELETE") && request.path().startsWith(KEYS)) {
            book.accounts().remove(request.path().substring(KEYS.length()));
            return Response.empty(204);
        }
        throw new Refusal(404, "not_found", "no such control address or method");
    }

    private static ObjectNode add(NoonBook book, ObjectNode json) {
        Fields f = new Fields(json);
        String account = f.requiredText("account");
        String project = f.requiredText("project_code");
        String id = f.requiredText("key_id");
        List<PublicKey> keys = f.node("public_key").map(PublicKeys::read).orElse(List.of());
        f.done();
        if (keys.size() != 1 || !(keys.getFirst() instanceof RSAPublicKey)) {
            throw new Refusal(400, "invalid_request", "public_key must be one RSA key");
        }
        ServiceAccounts.Key key = new ServiceAccounts.Key(id, account, project, keys.getFirst());
        book.accounts().add(key);
        return toJson(key);
    }

    private static ArrayNode keys(NoonBook book) {
        ArrayNode all = StrictJson.object().arrayNode();
        book.accounts().all().forEach(key -> all.add(toJson(key)));
        return all;
    }

    private static ArrayNode sessions(NoonBook book) {
        ArrayNode all = StrictJson.object().arrayNode();
        book.sessions()
                .all()
                .forEach(session -> all.addObject()
                        .put("cookie", session.cookie())
                        .put("account", session.key().account())
                        .put("key_id", session.key().id())
                        .put("expires", session.expires().toString()));
        return all;
    }

    private static ObjectNode toJson(ServiceAccounts.Key key) {
        return StrictJson.object()
                .put("key_id", key.id())
                .put("account", key.account())
                .put("project_code", key.project());
    }

    private static Response ok(int status, JsonNode json) {
        return Response.json(status, StrictJson.write(json));
    }
}
