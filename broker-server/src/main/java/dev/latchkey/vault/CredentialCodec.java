package dev.latchkey.vault;

import dev.latchkey.oauth.Scopes;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The stored form of a {@link Credential}: {@code kind}, and the fields of that kind by the names of the RFCs, times in
 * RFC 3339; cookies are numbered. Strict: what {@link #encode} did not write, {@link #decode} refuses. Stateless.
 */
public final class CredentialCodec {

    private static final String KIND = "kind";
    private static final String OAUTH2 = "oauth2";
    private static final String OAUTH1 = "oauth1";
    private static final String SESSION = "session";
    private static final String REGISTERED = "registered";
    private static final String ACCESS_TOKEN = "access_token";
    private static final String REFRESH_TOKEN = "refresh_token";
    private static final String ISSUED_AT = "issued_at";
    private static final String EXPIRES_AT = "expires_at";
    private static final String SCOPE = "scope";
    private static final String TOKEN = "token";
    private static final String TOKEN_SECRET = "token_secret";
    private static final String KEY_FILE = "key_file";
    private static final Set<String> OAUTH2_FIELDS =
            Set.of(KIND, ACCESS_TOKEN, REFRESH_TOKEN, ISSUED_AT, EXPIRES_AT, SCOPE);
    private static final Set<String> OAUTH1_FIELDS = Set.of(KIND, TOKEN, TOKEN_SECRET);
    private static final Set<String> SESSION_FIELDS = Set.of(KIND, KEY_FILE, ISSUED_AT, EXPIRES_AT);
    private static final String COOKIE = "cookie_";
    private static final List<String> COOKIE_PARTS = List.of("name", "value", "domain", "path", "secure", "expires_at");

    private CredentialCodec() {}

    /** The fields to store. */
    public static SecretFields encode(Credential credential) {
        Map<String, Secret> values = new LinkedHashMap<>();
        switch (credential) {
            case Credential.OAuth2 tokens -> encode(tokens, values);
            case Credential.OAuth1 tokens -> encode(tokens, values);
            case Credential.Session session -> encode(session, values);
            case Credential.Registered registered -> values.put(KIND, Secret.of(REGISTERED));
        }
        return new SecretFields(values);
    }

    /** The credential that was stored; {@code vault_unavailable} if these fields are not one. */
    public static Credential decode(SecretFields fields) {
        try {
            return switch (text(fields, KIND)) {
                case OAUTH2 -> decodeOAuth2(fields);
                case OAUTH1 -> decodeOAuth1(fields);
                case SESSION -> decodeSession(fields);
                case REGISTERED -> decodeRegistered(fields);
                default -> throw new IllegalArgumentException("unknown kind of credential");
            };
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new BrokerException(ProblemType.VAULT_UNAVAILABLE, "The stored credential cannot be read.", e);
        }
    }

    private static void encode(Credential.OAuth2 tokens, Map<String, Secret> values) {
        values.put(KIND, Secret.of(OAUTH2));
        values.put(ACCESS_TOKEN, tokens.accessToken());
        tokens.refreshToken().ifPresent(token -> values.put(REFRESH_TOKEN, token));
        values.put(ISSUED_AT, Secret.of(tokens.issuedAt().toString()));
        values.put(EXPIRES_AT, Secret.of(tokens.expiresAt().toString()));
        // No scope at all is an absent field: an empty text is no secret.
        if (!tokens.scopes().isEmpty()) {
            values.put(SCOPE, Secret.of(String.join(" ", tokens.scopes().values())));
        }
    }

    private static Credential decodeOAuth2(SecretFields fields) {
        requireKnown(fields, OAUTH2_FIELDS);
        return new Credential.OAuth2(
                required(fields, ACCESS_TOKEN),
                fields.get(REFRESH_TOKEN),
                Instant.parse(text(fields, ISSUED_AT)),
                Instant.parse(text(fields, EXPIRES_AT)),
                fields.get(SCOPE)
                        .map(scope -> Scopes.parse(scope.reveal(Purpose.STORE)))
                        .orElse(Scopes.none()));
    }

    private static void encode(Credential.OAuth1 tokens, Map<String, Secret> values) {
        values.put(KIND, Secret.of(OAUTH1));
        values.put(TOKEN, tokens.token());
        values.put(TOKEN_SECRET, tokens.tokenSecret());
    }

    private static Credential decodeOAuth1(SecretFields fields) {
        requireKnown(fields, OAUTH1_FIELDS);
        return new Credential.OAuth1(required(fields, TOKEN), required(fields, TOKEN_SECRET));
    }

    private static Credential decodeRegistered(SecretFields fields) {
        requireKnown(fields, Set.of(KIND));
        return new Credential.Registered();
    }

    private static void encode(Credential.Session session, Map<String, Secret> values) {
        values.put(KIND, Secret.of(SESSION));
        session.keyFile().ifPresent(file -> values.put(KEY_FILE, file));
        values.put(ISSUED_AT, Secret.of(session.issuedAt().toString()));
        values.put(EXPIRES_AT, Secret.of(session.expiresAt().toString()));
        for (int i = 0; i < session.cookies().size(); i++) {
            SessionCookie cookie = session.cookies().get(i);
            String prefix = COOKIE + i + "_";
            values.put(prefix + "name", Secret.of(cookie.name()));
            values.put(prefix + "value", cookie.value());
            values.put(prefix + "domain", Secret.of(cookie.domain()));
            values.put(prefix + "path", Secret.of(cookie.path()));
            values.put(prefix + "secure", Secret.of(String.valueOf(cookie.secure())));
            cookie.expiresAt().ifPresent(end -> values.put(prefix + EXPIRES_AT, Secret.of(end.toString())));
        }
    }

    private static Credential decodeSession(SecretFields fields) {
        List<SessionCookie> cookies = new ArrayList<>();
        Set<String> known = new HashSet<>(SESSION_FIELDS);
        for (int i = 0; fields.get(COOKIE + i + "_name").isPresent(); i++) {
            String prefix = COOKIE + i + "_";
            COOKIE_PARTS.forEach(part -> known.add(prefix + part));
            cookies.add(new SessionCookie(
                    text(fields, prefix + "name"),
                    required(fields, prefix + "value"),
                    text(fields, prefix + "domain"),
                    text(fields, prefix + "path"),
                    fields.get(prefix + EXPIRES_AT).map(end -> Instant.parse(end.reveal(Purpose.STORE))),
                    Boolean.parseBoolean(text(fields, prefix + "secure"))));
        }
        requireKnown(fields, known);
        return new Credential.Session(
                fields.get(KEY_FILE),
                cookies,
                Instant.parse(text(fields, ISSUED_AT)),
                Instant.parse(text(fields, EXPIRES_AT)));
    }

    private static void requireKnown(SecretFields fields, Set<String> known) {
        if (!known.containsAll(fields.values().keySet())) {
            throw new IllegalArgumentException("unknown field");
        }
    }

    private static Secret required(SecretFields fields, String name) {
        return fields.get(name).orElseThrow(() -> new IllegalArgumentException("missing field " + name));
    }

    private static String text(SecretFields fields, String name) {
        return required(fields, name).reveal(Purpose.STORE);
    }
}
