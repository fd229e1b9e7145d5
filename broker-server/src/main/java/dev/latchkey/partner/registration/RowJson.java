package dev.latchkey.partner.registration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.latchkey.partner.KeepableText;
import dev.latchkey.problem.BrokerException;
import java.util.Map;

/** The JSON columns of {@link PartnerRow}, independent of how the API reads and writes JSON. Thread-safe. */
final class RowJson {

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final TypeReference<Map<String, String>> MARKS = new TypeReference<>() {};

    private RowJson() {}

    static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON cannot be written", e);
        }
    }

    static JsonNode read(String column) {
        try {
            return MAPPER.readTree(column);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a jsonb column holds no JSON", e);
        }
    }

    static Map<String, String> readMarks(String column) {
        return MAPPER.convertValue(read(column), MARKS);
    }

    /** Refuses what jsonb cannot keep: NUL, and half a surrogate pair. */
    static void requireKeepable(JsonNode node, String pointer) {
        boolean keepable = (!node.isTextual() || KeepableText.isKeepable(node.textValue()))
                && node.propertyStream().allMatch(member -> KeepableText.isKeepable(member.getKey()));
        if (!keepable) {
            throw BrokerException.invalid(pointer, "A text holds what is not Unicode text.");
        }
        node.forEach(child -> requireKeepable(child, pointer));
    }
}
