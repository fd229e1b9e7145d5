package dev.latchkey.vault;

import dev.latchkey.secret.Secret;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The named secrets of one record. Prints only the names. Immutable.
 *
 * @param values name to secret
 */
public record SecretFields(Map<String, Secret> values) {

    /** Copies. */
    public SecretFields {
        values = Map.copyOf(values);
    }

    /** One field. */
    public static SecretFields of(String name, Secret value) {
        return new SecretFields(Map.of(name, value));
    }

    /** The named secret, if it is there. */
    public Optional<Secret> get(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** These fields and one more, which replaces one of the same name. */
    public SecretFields with(String name, Secret value) {
        Map<String, Secret> more = new LinkedHashMap<>(values);
        more.put(name, value);
        return new SecretFields(more);
    }

    @Override
    public String toString() {
        return "SecretFields" + values.keySet();
    }
}
