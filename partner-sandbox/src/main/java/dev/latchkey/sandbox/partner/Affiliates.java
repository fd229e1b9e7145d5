package dev.latchkey.sandbox.partner;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.Fields;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.oauth1.OAuth1Server;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Cryptonit's affiliate calls, signed with the token that it hands over by hand. The page names the members of {@code
 * terms} and of an account; how the answer to a registration looks is the sandbox's own assumption. Thread-safe.
 */
final class Affiliates {

    static final String PREFIX = "/cryptonit/apiv2/rest/affiliates/";

    private final OAuth1Server server;
    private final Set<String> users = ConcurrentHashMap.newKeySet();

    Affiliates(OAuth1Server server) {
        this.server = server;
    }

    Response answer(Request request) {
        return switch (request.method() + " " + request.path().substring(PREFIX.length())) {
            case "GET terms" -> server.resource(request, true, token -> terms());
            case "POST user" -> server.resource(request, true, token -> register(request));
            default -> Response.refusal(new Refusal(404, "not_found", "no such affiliate call"));
        };
    }

    private static ObjectNode terms() {
        return StrictJson.object()
                .put("text", "Terms of Service of the sandbox.")
                .put("revision", 7)
                .put("timestamp", 1_364_580_600);
    }

    private ObjectNode register(Request request) {
        if (!request.mediaType().equals("application/json")) {
            throw new Refusal(415, "invalid_request", "content type must be application/json");
        }
        Fields body = new Fields(StrictJson.parseObject(request.body()));
        Fields account = new Fields(
                body.object("account").orElseThrow(() -> new Refusal(400, "invalid_request", "missing field account")));
        body.done();
        String name = account.requiredText("name");
        account.requiredText("pass");
        account.requiredText("mail");
        if (!account.requiredText("terms_of_use").equals("1")) {
            throw new Refusal(400, "invalid_request", "terms_of_use must be accepted");
        }
        account.done();
        return StrictJson.object().put("name", name).put("created", users.add(name));
    }
}
