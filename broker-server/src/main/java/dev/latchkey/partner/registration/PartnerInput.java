package dev.latchkey.partner.registration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.latchkey.problem.BrokerException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks the members of this feature's request bodies; every refusal points at the member and echoes nothing. */
final class PartnerInput {

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
    private static final int LONGEST_NAME = 200;

    private PartnerInput() {}

    static <T> T body(@Nullable T body) {
        if (body == null) {
            throw BrokerException.invalid("", "A JSON object is needed.");
        }
        return body;
    }

    static String id(@Nullable String value) {
        return matching(value, "/id");
    }

    static String catalog(@Nullable String value) {
        return matching(value, "/catalog");
    }

    /** An id of the path; one that cannot exist is not found. */
    static String known(String id) {
        if (!isId(id)) {
            throw BrokerException.notFound();
        }
        return id;
    }

    static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    static Optional<String> name(@Nullable String value) {
        if (value == null) {
            return Optional.empty();
        }
        boolean control = value.codePoints().anyMatch(Character::isISOControl);
        if (value.isBlank() || value.length() > LONGEST_NAME || control) {
            throw BrokerException.invalid(
                    "/name", "A text of 1 to " + LONGEST_NAME + " characters without control characters is needed.");
        }
        return Optional.of(value);
    }

    static JsonNode object(@Nullable JsonNode value, String pointer) {
        if (value == null || value.isNull()) {
            return JsonNodeFactory.instance.objectNode();
        }
        if (!value.isObject()) {
            throw BrokerException.invalid(pointer, "An object is needed.");
        }
        return value;
    }

    private static String matching(@Nullable String value, String pointer) {
        if (value == null || !ID.matcher(value).matches()) {
            throw BrokerException.invalid(pointer, "An id matches [a-z0-9][a-z0-9-]{0,63}.");
        }
        return value;
    }
}
