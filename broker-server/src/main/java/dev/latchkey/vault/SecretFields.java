package dev.latchkey.vault;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The named secrets of one record. Prints only the names. Immutable.
 *
 * @param values name to secret
 */
public record SecretFields(Map<String, Secret> values) {

    /** What a record may hold: the sum of its values in UTF-8 bytes, the same in every store (R44). */
    public static final int MAX_BYTES = 64 * 1024;

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

    /** These fields, if a store takes them; {@code payload_too_large} if they hold more than {@link #MAX_BYTES}. */
    public SecretFields requireStorable() {
        long bytes = 0;
        for (Secret value : values.values()) {
            bytes += value.reveal(Purpose.STORE).getBytes(StandardCharsets.UTF_8).length;
        }
        if (bytes > MAX_BYTES) {
            throw new BrokerException(ProblemType.PAYLOAD_TOO_LARGE, "The secrets are too large to be stored.");
        }
        return this;
    }

    @Override
    public String toString() {
        return "SecretFields" + values.keySet();
    }
}
