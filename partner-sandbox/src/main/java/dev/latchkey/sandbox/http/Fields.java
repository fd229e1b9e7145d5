package dev.latchkey.sandbox.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads a JSON object field by field: a wrong type is refused, and so is a field that nobody asked for. */
public final class Fields {

    private final ObjectNode object;
    private final Set<String> read = new HashSet<>();

    public Fields(ObjectNode object) {
        this.object = object;
    }

    /** The raw value, if present and not null. */
    public Optional<JsonNode> node(String name) {
        read.add(name);
        return Optional.ofNullable(object.get(name)).filter(value -> !value.isNull());
    }

    public Optional<String> text(String name) {
        return node(name).map(value -> {
            check(value.isTextual(), name, "a string");
            return value.textValue();
        });
    }

    public String requiredText(String name) {
        return text(name).filter(value -> !value.isBlank()).orElseThrow(() -> missing(name));
    }

    public Optional<Long> integer(String name) {
        return node(name).map(value -> {
            check(
                    value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 0,
                    name,
                    "an integer >= 0");
            return value.longValue();
        });
    }

    public long requiredInteger(String name) {
        return integer(name).orElseThrow(() -> missing(name));
    }

    public Optional<Boolean> flag(String name) {
        return node(name).map(value -> {
            check(value.isBoolean(), name, "true or false");
            return value.booleanValue();
        });
    }

    public Optional<List<String>> texts(String name) {
        return node(name).map(value -> {
            check(value.isArray(), name, "an array of strings");
            List<String> all = new ArrayList<>();
            for (JsonNode item : value) {
                check(item.isTextual(), name, "an array of strings");
                all.add(item.textValue());
            }
            return all;
        });
    }

    public Optional<ObjectNode> object(String name) {
        return node(name).map(value -> {
            check(value.isObject(), name, "an object");
            return (ObjectNode) value;
        });
    }

    /** Refuses fields that were not read. */
    public void done() {
        object.fieldNames().forEachRemaining(name -> {
            if (!read.contains(name)) {
                throw new Refusal(400, "invalid_request", "unknown field " + name);
            }
        });
    }

    private static void check(boolean holds, String name, String expected) {
        if (!holds) {
            throw new Refusal(400, "invalid_request", name + " must be " + expected);
        }
    }

    private static Refusal missing(String name) {
        return new Refusal(400, "invalid_request", "missing field " + name);
    }
}
