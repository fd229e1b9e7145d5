package dev.latchkey.handshake;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Secret;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The parameters of a browser's return, each at most once (R84). Prints only the names, since a code is a secret.
 *
 * @param parameters name to value
 */
public record Callback(Map<String, Secret> parameters) {

    private static final int LONGEST = 4096;

    /** Copies. */
    public Callback {
        parameters = Map.copyOf(parameters);
    }

    /** Reads decoded query parameters; {@code invalid_request} if one comes twice or is too long. Empty ones are absent. */
    public static Callback of(Map<String, List<String>> query) {
        Map<String, Secret> single = new LinkedHashMap<>();
        query.forEach((name, values) -> {
            if (values.size() > 1 || values.stream().anyMatch(value -> value.length() > LONGEST)) {
                throw new BrokerException(
                        dev.latchkey.problem.ProblemType.INVALID_REQUEST, "A parameter comes twice or is too long.");
            }
            values.stream().filter(value -> !value.isEmpty()).forEach(value -> single.put(name, Secret.of(value)));
        });
        return new Callback(single);
    }

    /** The named parameter, if it came. */
    public Optional<Secret> get(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    @Override
    public String toString() {
        return "Callback" + parameters.keySet();
    }
}
