package dev.latchkey.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;

/** A JSON schema (draft 2020-12) of this package's resources. Thread-safe. */
final class ClosedSchema {

    /** The first thing wrong: where (JSON pointer, RFC 6901), and which rule of the schema says so. */
    record Violation(String pointer, String rule) {}

    private final Schema schema;

    /** Reads the schema of that file name below {@code /catalog}. */
    ClosedSchema(String name) {
        try (InputStream in = ClosedSchema.class.getResourceAsStream("/catalog/" + name)) {
            this.schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(Objects.requireNonNull(in, name), InputFormat.JSON);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What is wrong with a document, the shallowest place first; empty if nothing is. The pointer names members of the
     * schema only: an unknown member is reported at the object that holds it.
     */
    Optional<Violation> firstViolation(JsonNode document) {
        return schema.validate(document.toString(), InputFormat.JSON).stream()
                .map(ClosedSchema::violation)
                .min(Comparator.comparingInt(
                                (Violation violation) -> violation.pointer().length())
                        .thenComparing(Violation::pointer));
    }

    private static Violation violation(Error error) {
        return new Violation(error.getInstanceLocation().toString(), error.getKeyword());
    }
}
