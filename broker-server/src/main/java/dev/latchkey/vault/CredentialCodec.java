package dev.latchkey.vault;

import dev.latchkey.oauth.Scopes;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The stored form of a {@link Credential}: {@code kind}, and the fields of that kind by the names of RFC 6749, times in
 * RFC 3339. Strict: what {@link #encode} did not write, {@link #decode} refuses. Stateless.
 */
public final class CredentialCodec {

    private static final String KIND = "kind";
    private static final String OAUTH2 = "oauth2";
    private static final String ACCESS_TOKEN = "access_token";
    private static final String REFRESH_TOKEN = "refresh_token";
    private static final String ISSUED_AT = "issued_at";
    private static final String EXPIRES_AT = "expires_at";
    private static final String SCOPE = "scope";
    private static final Set<String> OAUTH2_FIELDS =
            Set.of(KIND, ACCESS_TOKEN, REFRESH_TOKEN, ISSUED_AT, EXPIRES_AT, SCOPE);

    private CredentialCodec() {}

    /** The fields to store. */
    public static SecretFields encode(Credential credential) {
        return switch (credential) {
            case Credential.OAuth2 tokens -> encodeOAuth2(tokens);
        };
    }

    /** The credential that was stored; {@code vault_unavailable} if these fields are not one. */
    public static Credential decode(SecretFields fields) {
        try {
            return switch (text(fields, KIND)) {
                case OAUTH2 -> decodeOAuth2(fields);
                default -> throw new IllegalArgumentException("unknown kind of credential");
            };
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new BrokerException(ProblemType.VAULT_UNAVAILABLE, "The stored credential cannot be read.", e);
        }
    }

    private static SecretFields encodeOAuth2(Credential.OAuth2 tokens) {
        Map<String, Secret> values = new LinkedHashMap<>();
        values.put(KIND, Secret.of(OAUTH2));
        values.put(ACCESS_TOKEN, tokens.accessToken());
        tokens.refreshToken().ifPresent(token -> values.put(REFRESH_TOKEN, token));
        values.put(ISSUED_AT, Secret.of(tokens.issuedAt().toString()));
        values.put(EXPIRES_AT, Secret.of(tokens.expiresAt().toString()));
        // No scope at all is an absent field: an empty text is no secret.
        if (!tokens.scopes().isEmpty()) {
            values.put(SCOPE, Secret.of(String.join(" ", tokens.scopes().values())));
        }
        return new SecretFields(values);
    }

    private static Credential decodeOAuth2(SecretFields fields) {
        if (!OAUTH2_FIELDS.containsAll(fields.values().keySet())) {
            throw new IllegalArgumentException("unknown field");
        }
        return new Credential.OAuth2(
                required(fields, ACCESS_TOKEN),
                fields.get(REFRESH_TOKEN),
                Instant.parse(text(fields, ISSUED_AT)),
                Instant.parse(text(fields, EXPIRES_AT)),
                fields.get(SCOPE)
                        .map(scope -> Scopes.parse(scope.reveal(Purpose.STORE)))
                        .orElse(Scopes.none()));
    }

    private static Secret required(SecretFields fields, String name) {
        return fields.get(name).orElseThrow(() -> new IllegalArgumentException("missing field " + name));
    }

    private static String text(SecretFields fields, String name) {
        return required(fields, name).reveal(Purpose.STORE);
    }
}
