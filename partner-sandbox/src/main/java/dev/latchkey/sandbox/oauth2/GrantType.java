package dev.latchkey.sandbox.oauth2;

import dev.latchkey.sandbox.http.Refusal;
import java.util.Locale;
import java.util.Set;

/** The grants of RFC 6749 and the parameters each may carry. */
public enum GrantType {
    AUTHORIZATION_CODE("grant_type", "code", "redirect_uri", "code_verifier"),
    REFRESH_TOKEN("grant_type", "refresh_token", "scope"),
    CLIENT_CREDENTIALS("grant_type", "scope");

    @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable set of strings
    private final Set<String> parameters;

    GrantType(String... parameters) {
        this.parameters = Set.of(parameters);
    }

    Set<String> parameters() {
        return parameters;
    }

    /** The value of {@code grant_type}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static GrantType of(String label) {
        for (GrantType type : values()) {
            if (type.label().equals(label)) {
                return type;
            }
        }
        throw new Refusal(400, "unsupported_grant_type", "unsupported grant_type");
    }
}
