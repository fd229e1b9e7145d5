package dev.latchkey.hygiene;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.Story;
import dev.latchkey.testkit.TestHttp;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A partner, apps and connections that bad requests aim at, and the good request that each of them distorts. */
final class Scene {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String HANDLE = "x".repeat(43);

    /** Members without which a good body is none; the others may be absent, and so may the body if there are none. */
    private static final Map<String, Set<String>> REQUIRED = Map.of(
            "POST /api/v1/apps", Set.of("id", "name", "return_urls"),
            "PUT /api/v1/apps/{id}", Set.of("name", "return_urls"),
            "POST /api/v1/partners", Set.of("id", "catalog", "credentials"),
            "PUT /api/v1/partners/{id}", Set.of("catalog"),
            "POST /api/v1/connections", Set.of("partner", "owner"),
            "POST /api/v1/connections/{id}/confirm", Set.of("handle"),
            "POST /api/v1/connections/{id}/sign", Set.of("method", "url"),
            "PUT /api/v1/partners/{partner}/standing-approvals/{app}", Set.of("scopes"));

    private final Story story = new Story().partner(Map.of());
    private final Story.App app = story.app("shop");
    private final Story.App other = story.app("other");
    private final String active = story.active(app, "read");
    private final String requested = story.request(app, "read");

    Story story() {
        return story;
    }

    /** Tells this scene's rows from all others. */
    String pattern() {
        return story.mark() + "|" + active + "|" + requested;
    }

    /** The Authorization header of each kind of caller; nobody has none. */
    Map<String, Optional<String>> callers() {
        Map<String, Optional<String>> callers = new LinkedHashMap<>();
        callers.put("admin", Optional.of(TestHttp.basic("admin", BrokerStack.PASSWORD)));
        callers.put("approver", Optional.of(TestHttp.basic("approver", BrokerStack.PASSWORD)));
        callers.put("app", Optional.of(TestHttp.basic(app.id(), app.secret())));
        callers.put("nobody", Optional.empty());
        return callers;
    }

    String foreignApp() {
        return TestHttp.basic(other.id(), other.secret());
    }

    Set<String> required(DocumentedCalls.Call call) {
        return REQUIRED.getOrDefault(call.name(), Set.of());
    }

    /** What stands in the path of a good call. */
    Map<String, String> values(DocumentedCalls.Call call) {
        boolean decision = call.path().endsWith("/approve") || call.path().endsWith("/reject");
        String id =
                switch (call.path().split("/")[1].equals("api") ? call.path().split("/")[3] : "") {
                    case "apps" -> app.id();
                    case "partners" -> story.partner();
                    case "catalog" -> "oauth2";
                    default -> decision ? requested : active;
                };
        return Map.of(
                "id", id,
                "app", app.id(),
                "partner", story.partner(),
                "registration", story.partner(),
                "path", "orders",
                "ticket", "t".repeat(43),
                "name", "n".repeat(43),
                "event", "0191d7a0-0000-4000-8000-000000000001");
    }

    /** A body that would be accepted, with every member that the call knows. */
    ObjectNode good(DocumentedCalls.Call call) {
        return JSON.valueToTree(
                switch (call.name()) {
                    case "POST /api/v1/apps" -> with(draft(), "id", "made-" + story.mark());
                    case "PUT /api/v1/apps/{id}" -> draft();
                    case "POST /api/v1/partners" -> with(partner(), "id", "made-" + story.mark());
                    case "PUT /api/v1/partners/{id}" -> partner();
                    case "POST /api/v1/connections" ->
                        Map.of(
                                "partner",
                                story.partner(),
                                "owner",
                                "made-" + story.mark(),
                                "scopes",
                                List.of("read"),
                                "methods",
                                List.of(),
                                "return_url",
                                Story.RETURN_URL,
                                "purpose",
                                "p",
                                "import",
                                Map.of("refresh_token", "r-" + story.mark()));
                    case "POST /api/v1/connections/{id}/confirm" -> Map.of("handle", HANDLE);
                    case "POST /connection-url/{registration}" ->
                        Map.of("client_id", "c", "client_secret", "s", "code", "o");
                    case "POST /api/v1/connections/{id}/reject", "POST /api/v1/connections/{id}/revoke" ->
                        Map.of("comment", "c");
                    case "POST /api/v1/connections/{id}/sign" ->
                        with( // a body is given in one of its two forms
                                Map.of(
                                        "method",
                                        "POST",
                                        "url",
                                        story.at("api/orders"),
                                        "headers",
                                        Map.of("Accept", "application/json"),
                                        "body",
                                        "{}"),
                                "body_base64",
                                null);
                    case "POST /api/v1/connections/{id}/token" -> Map.of("min_ttl", 60, "scopes", List.of("read"));
                    case "PUT /api/v1/connections/{id}/grants/{app}" ->
                        Map.of("scopes", List.of("read"), "methods", List.of());
                    case "POST /api/v1/connections/{id}/approve",
                            "PUT /api/v1/partners/{partner}/standing-approvals/{app}" ->
                        Map.of(
                                "scopes",
                                List.of("read"),
                                "methods",
                                List.of(),
                                "expires_at",
                                "2100-01-01T00:00:00Z",
                                "comment",
                                "c");
                    default -> throw new AssertionError("no good body is known for " + call.name());
                });
    }

    private Map<String, Object> draft() {
        return Map.of("name", "n", "return_urls", List.of(Story.RETURN_URL), "events_url", "http://127.0.0.1:9/events");
    }

    private Map<String, Object> partner() {
        Map<String, String> endpoints = Map.of(
                "authorization_endpoint", story.at("authorize"),
                "token_endpoint", story.at("token"),
                "api_base", story.at("api"));
        return Map.of(
                "catalog",
                "oauth2",
                "name",
                "n",
                "credentials",
                Map.of("client_id", story.clientId(), "client_secret", story.clientSecret()),
                "settings",
                Map.of("endpoints", endpoints));
    }

    private static Map<String, Object> with(Map<String, Object> body, String name, @Nullable Object value) {
        Map<String, Object> more = new LinkedHashMap<>(body);
        more.put(name, value);
        return more;
    }
}
