package dev.latchkey.identity;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.FakeOpenIdProvider;
import dev.latchkey.testkit.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/** Security event tokens as the provider would push them, and as it would not. */
record PushedEvents(FakeOpenIdProvider issuer) {

    static final String DISABLED = "https://schemas.openid.net/secevent/risc/event-type/account-disabled";
    static final String ENABLED = "https://schemas.openid.net/secevent/risc/event-type/account-enabled";
    static final String PURGED = "https://schemas.openid.net/secevent/risc/event-type/account-purged";
    static final String CLIENT_DISABLED = "urn:latchkey:identity:client-disabled";
    static final String CLIENT_ENABLED = "urn:latchkey:identity:client-enabled";

    /** The claims of a good event about a person, or about a client where the type is one of ours. */
    Map<String, Object> claims(String type, String name) {
        double now = Instant.now().toEpochMilli() / 1000.0;
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", issuer.issuer());
        claims.put("aud", List.of("latchkey"));
        claims.put("jti", UUID.randomUUID().toString());
        claims.put("iat", (long) now);
        claims.put("toe", now);
        claims.put(
                "sub_id",
                type.startsWith("urn:")
                        ? Map.of("format", "opaque", "id", name)
                        : Map.of("format", "iss_sub", "iss", issuer.issuer(), "sub", name));
        claims.put("events", Map.of(type, Map.of()));
        return claims;
    }

    /** A good event but for what the change does to its claims. */
    String token(String type, String name, Consumer<Map<String, Object>> change) {
        Map<String, Object> claims = claims(type, name);
        change.accept(claims);
        return issuer.sign(header().build(), Json.write(claims));
    }

    JWSHeader.Builder header() {
        return issuer.header().type(new JOSEObjectType("secevent+jwt"));
    }

    Answer push(String type, String name) {
        return push(token(type, name, claims -> {}));
    }

    static Answer push(String token) {
        return BrokerApi.anonymous(BrokerStack.broker())
                .send("POST", "/identity/events", token, "application/secevent+jwt");
    }
}
