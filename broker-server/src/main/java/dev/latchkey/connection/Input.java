package dev.latchkey.connection;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Secret;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks the members of this feature's request bodies; every refusal points at the member and echoes nothing. */
final class Input {

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
    private static final Pattern METHOD = Pattern.compile("[A-Za-z][A-Za-z0-9._]{0,63}");
    private static final int MOST_ITEMS = 100;
    private static final int LONGEST_URL = 2000;
    private static final int MOST_SECRETS = 10;
    private static final int LONGEST_SECRET = 16 * 1024;

    private Input() {}

    static String id(@Nullable String value, String pointer) {
        if (value == null || !ID.matcher(value).matches()) {
            throw BrokerException.invalid(pointer, "An id matches [a-z0-9][a-z0-9-]{0,63}.");
        }
        return value;
    }

    /** An id in a path that cannot exist is as unknown as one that does not. */
    static String pathId(String text) {
        if (!ID.matcher(text).matches()) {
            throw BrokerException.notFound();
        }
        return text;
    }

    static String text(@Nullable String value, int longest, String pointer) {
        if (value == null
                || value.isBlank()
                || value.length() > longest
                || value.codePoints().anyMatch(Character::isISOControl)) {
            throw BrokerException.invalid(
                    pointer, "A text of 1 to " + longest + " characters without control characters is needed.");
        }
        return value;
    }

    static Optional<String> optionalText(@Nullable String value, int longest, String pointer) {
        return value == null ? Optional.empty() : Optional.of(text(value, longest, pointer));
    }

    /** Checks the length only. Whether the URL is registered is checked later and has its own error (R79). */
    static Optional<String> optionalUrl(@Nullable String value, String pointer) {
        if (value != null && value.length() > LONGEST_URL) {
            throw BrokerException.invalid(pointer, "A URL has at most " + LONGEST_URL + " characters.");
        }
        return Optional.ofNullable(value);
    }

    /**
     * The members of an object as secrets: texts, whole numbers, and objects as their JSON. A missing object gives an
     * empty map; an object without members is refused. Nothing is echoed.
     */
    static Map<String, Secret> secrets(@Nullable JsonNode object, String pointer) {
        if (object == null || object.isNull()) {
            return Map.of();
        }
        if (!object.isObject() || object.isEmpty() || object.size() > MOST_SECRETS) {
            throw BrokerException.invalid(pointer, "An object of 1 to " + MOST_SECRETS + " members is needed.");
        }
        Map<String, Secret> values = new HashMap<>();
        object.properties().forEach(member -> values.put(member.getKey(), secret(member.getValue(), pointer)));
        return values;
    }

    private static Secret secret(JsonNode value, String pointer) {
        boolean number = value.isIntegralNumber() || value.isObject();
        String text = number ? value.toString() : value.textValue();
        if (text == null || text.isBlank() || text.length() > LONGEST_SECRET || text.indexOf('\0') >= 0) {
            throw BrokerException.invalid(pointer, "Each member is a text, a whole number or an object.");
        }
        return Secret.of(text);
    }

    static Optional<List<String>> texts(@Nullable List<@Nullable String> values, String pointer) {
        if (values == null) {
            return Optional.empty();
        }
        if (values.size() > MOST_ITEMS || values.stream().distinct().count() != values.size()) {
            throw BrokerException.invalid(pointer, "At most " + MOST_ITEMS + " different values are allowed.");
        }
        return Optional.of(
                values.stream().map(value -> text(value, 200, pointer)).toList());
    }

    static Optional<List<String>> methods(@Nullable List<@Nullable String> values, String pointer) {
        Optional<List<String>> methods = texts(values, pointer);
        if (methods.stream()
                .flatMap(List::stream)
                .anyMatch(method -> !METHOD.matcher(method).matches())) {
            throw BrokerException.invalid(pointer, "A method is a name of letters, digits, dots and underscores.");
        }
        return methods;
    }

    static Optional<Instant> time(@Nullable String value, String pointer) {
        if (value == null) {
            return Optional.empty();
        }
        try {
            Instant time = java.time.OffsetDateTime.parse(value).toInstant();
            // PostgreSQL and RFC 3339 both end at year 9999.
            if (time.isBefore(Instant.parse("9999-01-01T00:00:00Z")) && time.isAfter(Instant.EPOCH)) {
                return Optional.of(time);
            }
        } catch (DateTimeParseException e) {
            throw BrokerException.invalid(pointer, "A time in the form of RFC 3339 is needed.");
        }
        throw BrokerException.invalid(pointer, "The time is out of range.");
    }
}
