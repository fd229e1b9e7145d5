package dev.latchkey.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Refuses what RFC 9700 takes away: the implicit grant (2.1.2) and the password grant (2.4), wherever a row or a
 * setting asks for them (R90). Looked for before the schema, so that the answer says why.
 */
final class ForbiddenGrants {

    private static final Set<String> MEMBERS =
            Set.of("kind", "grant", "grant_type", "grant_types", "response_type", "response_types");
    private static final Set<String> FORBIDDEN = Set.of("token", "id_token", "implicit", "password", "ropc");

    private ForbiddenGrants() {}

    /** Throws {@code grant_not_allowed} if {@code document} asks for such a grant at any depth. */
    static void refuse(JsonNode document) {
        document.properties().forEach(member -> {
            if (MEMBERS.contains(member.getKey())
                    && words(member.getValue()).stream().anyMatch(FORBIDDEN::contains)) {
                throw new BrokerException(
                        ProblemType.GRANT_NOT_ALLOWED, "The implicit and the password grant are never used.");
            }
        });
        document.forEach(ForbiddenGrants::refuse);
    }

    private static List<String> words(JsonNode value) {
        if (value.isArray()) {
            return value.valueStream().flatMap(item -> words(item).stream()).toList();
        }
        return Arrays.asList(value.asText().toLowerCase(Locale.ROOT).split("\\s+"));
    }
}
