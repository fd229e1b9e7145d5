package dev.latchkey.hygiene;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerStack;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The calls that the running server's OpenAPI document names. */
final class DocumentedCalls {

    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch", "head", "options");
    private static final Pattern PARAMETER = Pattern.compile("\\{([^}]+)}");
    private static final String JSON = "application/json";

    private DocumentedCalls() {}

    /**
     * One call.
     *
     * @param query names of its query parameters
     * @param members types of the members of its JSON body, by name; absent if it takes no JSON
     */
    record Call(String method, String path, List<String> query, Optional<Map<String, String>> members) {
        String name() {
            return method + " " + path;
        }

        /** The names in its path, in order. */
        List<String> parameters() {
            return PARAMETER.matcher(path).results().map(it -> it.group(1)).toList();
        }

        /** Its path with these values. */
        String at(Map<String, String> values) {
            return PARAMETER.matcher(path).replaceAll(it -> Matcher.quoteReplacement(values.get(it.group(1))));
        }

        boolean isOAuth() {
            return path.startsWith("/oauth2/");
        }

        /** Whether what follows in the path, the query and the body are a partner's to judge. */
        boolean isProxied() {
            return path.contains("/proxy/");
        }

        /** Whether it is for none of our callers: a partner proves itself by the path, the OpenID provider by the body. */
        boolean isPartners() {
            return path.startsWith("/webhooks/") || path.equals("/identity/events");
        }

        boolean isBrowsers() {
            return path.startsWith("/connect/") || path.startsWith("/callback/");
        }
    }

    /** All of them. */
    static List<Call> read() {
        JsonNode document = document();
        List<Call> calls = new ArrayList<>();
        document.path("paths").properties().stream()
                // of the tests' own resources
                .filter(path -> !path.getKey().startsWith("/test-only/"))
                .forEach(path -> path.getValue().properties().stream()
                        .filter(operation -> METHODS.contains(operation.getKey()))
                        .forEach(operation -> calls.add(new Call(
                                operation.getKey().toUpperCase(Locale.ROOT),
                                path.getKey(),
                                query(operation.getValue()),
                                members(document, operation.getValue())))));
        return calls;
    }

    static JsonNode document() {
        return BrokerApi.anonymous(BrokerStack.broker())
                .get("/q/openapi?format=json")
                .expect(200)
                .json();
    }

    private static List<String> query(JsonNode operation) {
        List<String> names = new ArrayList<>();
        operation.path("parameters").forEach(parameter -> {
            if (parameter.path("in").asText().equals("query")) {
                names.add(parameter.path("name").asText());
            }
        });
        return names;
    }

    private static Optional<Map<String, String>> members(JsonNode document, JsonNode operation) {
        JsonNode content = operation.path("requestBody").path("content");
        if (!content.has(JSON)) {
            return Optional.empty();
        }
        Map<String, String> members = new TreeMap<>();
        resolved(document, content.path(JSON).path("schema"))
                .path("properties")
                .properties()
                .forEach(member -> members.put(
                        member.getKey(),
                        resolved(document, member.getValue()).path("type").asText()));
        return Optional.of(members);
    }

    private static JsonNode resolved(JsonNode document, JsonNode schema) {
        return schema.has("$ref") ? document.at(schema.path("$ref").asText().substring(1)) : schema;
    }
}
