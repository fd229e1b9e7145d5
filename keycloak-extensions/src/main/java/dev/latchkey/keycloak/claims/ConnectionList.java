package dev.latchkey.keycloak.claims;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Active connections of an app.
 *
 * @param items each with {@code id}, {@code partner} and {@code owner}
 * @param hasMore whether the app has others that are not here
 */
record ConnectionList(List<Map<String, String>> items, boolean hasMore) {

    private static final ObjectMapper JSON = new ObjectMapper();

    ConnectionList {
        items = List.copyOf(items);
    }

    /** Reads a page of the broker's {@code GET /api/v1/connections}; nothing if it is none. */
    static Optional<ConnectionList> read(byte[] page) {
        try {
            JsonNode body = JSON.readTree(page);
            if (body == null || !body.path("items").isArray()) {
                return Optional.empty();
            }
            List<Map<String, String>> items = new ArrayList<>();
            body.path("items")
                    .forEach(item -> items.add(Map.of(
                            "id", item.path("id").asText(),
                            "partner", item.path("partner").asText(),
                            "owner", item.path("owner").asText())));
            return Optional.of(new ConnectionList(items, body.path("next").isTextual()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The first so many of them: a token must fit into a header field. */
    ConnectionList first(int count) {
        return items.size() <= count ? this : new ConnectionList(items.subList(0, count), true);
    }
}
