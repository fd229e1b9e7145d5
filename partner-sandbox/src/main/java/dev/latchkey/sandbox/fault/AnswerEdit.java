package dev.latchkey.sandbox.fault;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.StrictJson;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * Changes to a JSON answer.
 *
 * @param fields raw JSON text by field name, written as it stands, so that {@code NaN} and {@code 1e18} are possible
 * @param removed fields that are left out
 * @param keepsRefreshToken the partner does not rotate on this refresh, because the client is not told of a new token
 */
public record AnswerEdit(Map<String, String> fields, Set<String> removed, boolean keepsRefreshToken) {

    public AnswerEdit {
        fields = Map.copyOf(fields);
        removed = Set.copyOf(removed);
    }

    /** The answer as it is sent. */
    public String applyTo(ObjectNode answer) {
        StringJoiner json = new StringJoiner(",", "{", "}");
        answer.properties().forEach(field -> {
            if (!removed.contains(field.getKey()) && !fields.containsKey(field.getKey())) {
                json.add(name(field.getKey()) + StrictJson.write(field.getValue()));
            }
        });
        fields.forEach((field, raw) -> json.add(name(field) + raw));
        return json.toString();
    }

    private static String name(String field) {
        return StrictJson.write(StrictJson.object().textNode(field)) + ":";
    }
}
