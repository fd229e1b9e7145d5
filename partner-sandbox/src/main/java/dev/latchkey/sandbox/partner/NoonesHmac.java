package dev.latchkey.sandbox.partner;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.fault.Edits;
import dev.latchkey.sandbox.http.Caller;
import dev.latchkey.sandbox.http.Endpoint;
import dev.latchkey.sandbox.http.Parameters;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.key.SealedForm;
import dev.latchkey.sandbox.oauth2.Settings;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.oauth2.client.Client;
import dev.latchkey.sandbox.oauth2.grant.Rotation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Noones' HMAC keys: a sealed form string as {@code text/plain}, for every method. A key is registered as a client,
 * key and secret. How far the nonce may be off, and the shape of answers, are the sandbox's own assumptions.
 */
public final class NoonesHmac implements Partner {

    static final String ID = "noones-hmac";

    private static final String API = "/noones/api/";
    private static final Duration WINDOW = Duration.ofMinutes(5);

    private final World world;

    public NoonesHmac(World world) {
        this.world = world;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public List<String> addresses() {
        return List.of(API + "currency/list", API + "offer/all", API + "user/me");
    }

    @Override
    public Settings defaults() {
        return Settings.defaults(Rotation.NONE, false);
    }

    @Override
    public Optional<Operation> operation(Request r) {
        if (!r.path().startsWith(API)) {
            return Optional.empty();
        }
        Caller caller = Caller.client(SealedForm.read(r.body()).map(SealedForm::key));
        return Optional.of(new Operation(Endpoint.API, caller, edits -> answer(r, edits)));
    }

    private Response answer(Request request, Edits edits) {
        try {
            String method = request.path().substring(API.length());
            if (method.startsWith("wallet/")) {
                throw new Refusal(404, "not_found", "wallet methods are no longer available");
            }
            Parameters parameters = verified(request);
            ObjectNode json = StrictJson.object()
                    .put("status", "success")
                    .put("timestamp", world.clock().instant().getEpochSecond());
            json.set("data", data(method, parameters));
            return Response.json(200, edits.edited(json));
        } catch (Refusal refusal) {
            return Response.refusal(refusal);
        }
    }

    private Parameters verified(Request request) {
        requireShape(request);
        SealedForm form = SealedForm.read(request.body())
                .orElseThrow(() -> new Refusal(400, "invalid_request", "apikey, nonce, ..., apiseal is the order"));
        String secret = world.clients()
                .find(ID, form.key())
                .flatMap(Client::secret)
                .orElseThrow(() -> new Refusal(401, "invalid_key", "unknown apikey"));
        if (!form.isSealedBy(secret)) {
            throw new Refusal(401, "invalid_seal", "wrong apiseal");
        }
        requireFresh(form.nonce());
        return form.parameters();
    }

    private static void requireShape(Request request) {
        if (!request.method().equals("POST")) {
            throw new Refusal(405, "invalid_request", "POST only");
        }
        if (!request.mediaType().equals("text/plain")) {
            throw new Refusal(415, "invalid_request", "content type must be text/plain");
        }
        if (!request.header("accept").orElse("").equals("application/json; version=1")) {
            throw new Refusal(406, "invalid_request", "accept must be application/json; version=1");
        }
        if (!request.rawQuery().isEmpty()) {
            throw new Refusal(400, "invalid_request", "parameters do not travel in the query");
        }
    }

    private void requireFresh(String nonce) {
        if (!nonce.matches("[0-9]{1,12}")) {
            throw new Refusal(400, "invalid_request", "the nonce is no Unix time");
        }
        long off = world.clock().instant().getEpochSecond() - Long.parseLong(nonce);
        if (Math.abs(off) > WINDOW.toSeconds()) {
            throw new Refusal(401, "invalid_nonce", "the nonce is not of this time");
        }
    }

    private static ObjectNode data(String method, Parameters parameters) {
        ObjectNode data = StrictJson.object();
        switch (method) {
            case "currency/list" -> data.putArray("currencies").addObject().put("code", "USD");
            case "offer/all" ->
                data.put("count", 1).putArray("offers").addObject().put("offer_hash", "hXk3");
            case "user/me" -> data.put("username", "sandbox");
            default -> throw new Refusal(404, "not_found", "unknown method");
        }
        ObjectNode seen = data.putObject("parameters");
        for (Map.Entry<String, List<String>> one : parameters.values().entrySet()) {
            one.getValue().forEach(seen.withArray(one.getKey())::add);
        }
        seen.remove("apikey");
        return data;
    }
}
