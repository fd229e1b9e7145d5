package dev.latchkey.audit;

import dev.latchkey.problem.BrokerException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Which rows of the audit log are asked for.
 *
 * @param connection about this connection
 * @param app about this app
 * @param actor done by this actor
 * @param action of this kind
 * @param before older than the row with this number
 */
record AuditFilter(
        Optional<UUID> connection,
        Optional<String> app,
        Optional<String> actor,
        Optional<String> action,
        Optional<Long> before) {

    private static final Pattern UUID_FORM = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern ID_FORM = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
    private static final Pattern ACTION_FORM = Pattern.compile("[a-z_]{1,64}");
    private static final Pattern ACTOR_FORM = Pattern.compile("[^\\p{Cntrl}\\p{Cs}]{1,255}");
    private static final Pattern NUMBER_FORM = Pattern.compile("[1-9][0-9]{0,17}");
    private static final List<String> NAMES = List.of("connection", "app", "actor", "action", "after");
    private static final List<String> ACTIONS =
            Arrays.stream(AuditAction.values()).map(AuditAction::wireName).toList();

    /** Reads the parameters of a query; {@code invalid_request} if one is unknown, there twice, or malformed. */
    static AuditFilter parse(Map<String, List<String>> parameters) {
        parameters.forEach((name, values) -> {
            if (!NAMES.contains(name)) {
                throw BrokerException.invalid("query", "There is a parameter that this list does not know.");
            }
            if (values.size() != 1) {
                throw BrokerException.invalid(name, "The parameter is there more than once.");
            }
        });
        return new AuditFilter(
                value(parameters, "connection", UUID_FORM).map(UUID::fromString),
                value(parameters, "app", ID_FORM),
                value(parameters, "actor", ACTOR_FORM),
                action(parameters),
                value(parameters, "after", NUMBER_FORM).map(Long::valueOf));
    }

    private static Optional<String> action(Map<String, List<String>> parameters) {
        Optional<String> action = value(parameters, "action", ACTION_FORM);
        action.filter(name -> !ACTIONS.contains(name)).ifPresent(unknown -> {
            throw BrokerException.invalid("action", "There is no such action.");
        });
        return action;
    }

    private static Optional<String> value(Map<String, List<String>> parameters, String name, Pattern form) {
        Optional<String> value = Optional.ofNullable(parameters.get(name)).map(List::getFirst);
        value.filter(text -> !form.matcher(text).matches()).ifPresent(malformed -> {
            throw BrokerException.invalid(name, "The parameter is malformed.");
        });
        return value;
    }
}
