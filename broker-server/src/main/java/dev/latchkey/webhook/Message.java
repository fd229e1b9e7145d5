package dev.latchkey.webhook;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What came in, as it came: nothing of it has been parsed. The body is not to be changed. */
final class Message {

    private final Function<String, List<String>> fields;
    private final byte[] body;

    /** Fields of the header are looked up by name, in any case; a missing one has no values. */
    Message(Function<String, List<String>> fields, byte[] body) {
        this.fields = fields;
        this.body = body;
    }

    /** Whether the field is there at all. */
    boolean has(String field) {
        return !fields.apply(field).isEmpty();
    }

    /** The field's value; empty if it is missing, or there more than once. */
    Optional<String> only(String field) {
        List<String> values = fields.apply(field);
        return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
    }

    /** The raw bytes. */
    byte[] body() {
        return body;
    }
}
