package dev.latchkey.sandbox.oauth2;

import dev.latchkey.sandbox.http.Refusal;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which scopes a partner knows.
 *
 * @param known the partner's scopes; empty if it does not say, then any well-formed scope passes
 * @param required whether a request without scope is denied
 */
public record ScopeRule(Set<String> known, boolean required) {

    /** RFC 6749 s.3.3. */
    private static final Pattern TOKEN = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]+");

    public ScopeRule {
        known = Set.copyOf(known);
    }

    /** The scopes in the parameter, in their order, or {@code invalid_scope}. */
    Set<String> read(Optional<String> parameter) {
        if (parameter.isEmpty()) {
            if (required) {
                throw new Refusal(400, "invalid_scope", "scope is mandatory");
            }
            return Set.of();
        }
        List<String> scopes = List.of(parameter.get().split(" ", -1));
        for (String scope : scopes) {
            if (!TOKEN.matcher(scope).matches() || !(known.isEmpty() || known.contains(scope))) {
                throw new Refusal(400, "invalid_scope", "unknown scope " + scope);
            }
        }
        return Collections.unmodifiableSet(new LinkedHashSet<>(scopes));
    }
}
