package dev.latchkey.sandbox.journal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.Caller;
import dev.latchkey.sandbox.http.Endpoint;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.StrictJson;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The last 1,000 requests to partners, with their fake secrets in clear: that is what a sandbox is for. */
public final class RequestLog {

    private static final int MOST = 1000;

    /** One request that was seen. */
    public record Seen(Instant at, String partner, Endpoint endpoint, Caller caller, Request request) {}

    private final Deque<Seen> seen = new ArrayDeque<>();

    public synchronized void add(Seen request) {
        if (seen.size() == MOST) {
            seen.removeFirst();
        }
        seen.addLast(request);
    }

    public synchronized void clear() {
        seen.clear();
    }

    /** The requests that fit, oldest first. */
    public ArrayNode toJson(Optional<String> partner, Optional<Endpoint> endpoint) {
        ArrayNode all = StrictJson.object().arrayNode();
        snapshot().stream()
                .filter(s -> partner.map(s.partner()::equals).orElse(true))
                .filter(s -> endpoint.map(s.endpoint()::equals).orElse(true))
                .forEach(s -> all.add(toJson(s)));
        return all;
    }

    private synchronized List<Seen> snapshot() {
        return List.copyOf(seen);
    }

    private static ObjectNode toJson(Seen seen) {
        Request request = seen.request();
        ObjectNode json = StrictJson.object()
                .put("at", seen.at().toString())
                .put("partner", seen.partner())
                .put("endpoint", seen.endpoint().label())
                .put("method", request.method())
                .put("path", request.path())
                .put("body", request.isForm() ? "" : request.body());
        seen.caller().clientId().ifPresent(id -> json.put("client_id", id));
        seen.caller().family().ifPresent(id -> json.put("family", id));
        seen.caller().user().ifPresent(name -> json.put("user", name));
        lists(json.putObject("query"), request.queryOrEmpty().values());
        lists(json.putObject("headers"), request.headers());
        lists(json.putObject("form"), request.formOrEmpty().values());
        return json;
    }

    private static void lists(ObjectNode target, Map<String, List<String>> values) {
        values.forEach((name, all) -> all.forEach(target.putArray(name)::add));
    }
}
