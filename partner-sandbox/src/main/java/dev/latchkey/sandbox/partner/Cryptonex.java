package dev.latchkey.sandbox.partner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.fault.Edits;
import dev.latchkey.sandbox.http.Caller;
import dev.latchkey.sandbox.http.Endpoint;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.key.SignedCall;
import dev.latchkey.sandbox.oauth2.Settings;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.oauth2.client.Client;
import dev.latchkey.sandbox.oauth2.grant.Rotation;
import java.util.List;
import java.util.Optional;

/**
 * Cryptonex: one URL, JSON-RPC 2.0, a signature over method and nonce, and a nonce that grows from request to request
 * of a key, in the order in which they arrive. A key is registered as a client, key and secret. The codes of errors
 * are those of JSON-RPC; the document names none for keys, so -32001 to -32003 are the sandbox's own.
 */
public final class Cryptonex implements Partner {

    static final String ID = "cryptonex";

    private static final String API = "/cryptonex/api";

    private final World world;

    public Cryptonex(World world) {
        this.world = world;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public List<String> addresses() {
        return List.of(API);
    }

    @Override
    public Settings defaults() {
        return Settings.defaults(Rotation.NONE, false);
    }

    @Override
    public Optional<Operation> operation(Request r) {
        if (!r.path().equals(API)) {
            return Optional.empty();
        }
        Optional<String> key = body(r).map(json -> json.isArray() ? json.path(0) : json)
                .flatMap(SignedCall::read)
                .map(SignedCall::key);
        return Optional.of(new Operation(Endpoint.API, Caller.client(key), edits -> answer(r, edits)));
    }

    private static Optional<JsonNode> body(Request request) {
        try {
            return Optional.of(StrictJson.parse(request.body()));
        } catch (JsonProcessingException malformed) {
            return Optional.empty();
        }
    }

    private Response answer(Request request, Edits edits) {
        if (!request.method().equals("POST") || !request.mediaType().equals("application/json")) {
            return Response.refusal(new Refusal(400, "invalid_request", "POST of application/json only"));
        }
        Optional<JsonNode> json = body(request);
        if (json.isEmpty()) {
            return Response.json(200, StrictJson.write(error(StrictJson.object(), -32700, "parse error")));
        }
        if (json.get() instanceof ArrayNode batch && !batch.isEmpty()) {
            ArrayNode answers = StrictJson.object().arrayNode();
            batch.forEach(call -> one(call).ifPresent(answers::add));
            return answers.isEmpty() ? Response.empty(204) : Response.json(200, StrictJson.write(answers));
        }
        return one(json.get())
                .map(answer -> Response.json(200, edits.edited(answer)))
                .orElseGet(() -> Response.empty(204));
    }

    /** The answer to one call; none to a notification, which has no id. */
    private Optional<ObjectNode> one(JsonNode json) {
        ObjectNode answer = StrictJson.object().put("jsonrpc", "2.0");
        answer.set("id", json.has("id") ? json.get("id") : answer.nullNode());
        ObjectNode whole = SignedCall.read(json)
                .map(call -> accepted(call, answer))
                .orElseGet(() -> error(answer, -32600, "not a signed call"));
        return json.isObject() && json.has("method") && !json.has("id") ? Optional.empty() : Optional.of(whole);
    }

    private ObjectNode accepted(SignedCall call, ObjectNode answer) {
        Optional<String> secret = world.clients().find(ID, call.key()).flatMap(Client::secret);
        if (secret.isEmpty()) {
            return error(answer, -32001, "unknown key");
        }
        if (!call.isSignedBy(secret.get())) {
            return error(answer, -32002, "wrong sign");
        }
        if (!world.nonces().take(ID, call.key(), call.nonce())) {
            return error(answer, -32003, "nonce is not larger than the last one");
        }
        try {
            answer.set("result", CryptonexMethods.call(call.method(), call.params()));
            return answer;
        } catch (Refusal refusal) {
            return error(answer, refusal.status() == 404 ? -32601 : -32602, refusal.reason());
        }
    }

    private ObjectNode error(ObjectNode answer, int code, String reason) {
        world.counters().rejection(ID, Optional.empty(), reason);
        answer.putObject("error").put("code", code).put("message", reason);
        return answer;
    }
}
