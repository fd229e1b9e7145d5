package dev.latchkey.keycloak.lifecycle;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;

/** The claims of the token that tells of a change (RFC 8417 section 2.2). */
final class SecurityEventToken {

    /** The {@code typ} of its header, RFC 8417 section 2.3: no access token has it. */
    static final String TYPE = "secevent+jwt";

    private SecurityEventToken() {}

    /**
     * The claims: no {@code sub} and no {@code exp}, so that it can be taken for nothing else (sections 4.5 and 4.6).
     *
     * @param now of this delivery, in milliseconds; a further one is signed anew
     */
    static Map<String, Object> claims(Outbox.Entry entry, Settings settings, long now) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", settings.issuer());
        claims.put("aud", settings.audience());
        claims.put("jti", entry.id());
        claims.put("iat", now / 1000);
        claims.put("toe", BigDecimal.valueOf(entry.happenedAt(), 3));
        claims.put("sub_id", subject(entry.change(), settings));
        claims.put("events", Map.of(entry.change().eventType(), Map.of()));
        return claims;
    }

    /** RFC 9493 sections 3.2.3 and 3.2.4. */
    private static Map<String, String> subject(Change change, Settings settings) {
        return change.kind() == Change.Kind.USER
                ? Map.of("format", "iss_sub", "iss", settings.issuer(), "sub", change.name())
                : Map.of("format", "opaque", "id", change.name());
    }
}
