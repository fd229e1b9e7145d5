package dev.latchkey.sandbox.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request that the sandbox saw.
 *
 * @param headers by lower-case name
 * @param family the token family it was about, empty if the sandbox could not tell
 * @param body the body, empty if it was a form
 */
public record SeenRequest(
        String partner,
        String endpoint,
        String method,
        String path,
        Map<String, List<String>> headers,
        Map<String, List<String>> query,
        Map<String, List<String>> form,
        String family,
        String body) {

    static SeenRequest of(JsonNode json) {
        return new SeenRequest(
                json.path("partner").asText(),
                json.path("endpoint").asText(),
                json.path("method").asText(),
                json.path("path").asText(),
                lists(json.path("headers")),
                lists(json.path("query")),
                lists(json.path("form")),
                json.path("family").asText(),
                json.path("body").asText());
    }

    /** The first value of a form parameter. */
    public Optional<String> formValue(String name) {
        return form.getOrDefault(name, List.of()).stream().findFirst();
    }

    /** The first value of a query parameter. */
    public Optional<String> queryValue(String name) {
        return query.getOrDefault(name, List.of()).stream().findFirst();
    }

    /** The first value of a header. */
    public Optional<String> header(String lowerCaseName) {
        return headers.getOrDefault(lowerCaseName, List.of()).stream().findFirst();
    }

    private static Map<String, List<String>> lists(JsonNode json) {
        Map<String, List<String>> lists = new HashMap<>();
        json.properties().forEach(field -> {
            List<String> values = new ArrayList<>();
            field.getValue().forEach(value -> values.add(value.asText()));
            lists.put(field.getKey(), List.copyOf(values));
        });
        return Map.copyOf(lists);
    }
}
