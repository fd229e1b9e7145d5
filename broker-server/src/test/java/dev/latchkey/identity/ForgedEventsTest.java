package dev.latchkey.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.FakeOpenIdProvider;
import dev.latchkey.testkit.FromTestResource;
import dev.latchkey.testkit.Json;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What is no event of the configured provider, meant for us, has no effect; the answers are those of RFC 8935. */
@QuarkusTest
@TestProfile(IdentityStack.class)
class ForgedEventsTest {

    @Inject
    DataSource database;

    @FromTestResource
    FakeOpenIdProvider issuer;

    private final String victim = UUID.randomUUID().toString();
    private PushedEvents events;

    @BeforeEach
    void meet() {
        events = new PushedEvents(issuer);
    }

    private record Forgery(String token, String err) {}

    @TestFactory
    @DisplayName("R101 refuses each forged event, with the code of RFC 8935 section 2.4")
    List<DynamicTest> refusesForgeries() {
        return forgeries().entrySet().stream()
                .map(it -> DynamicTest.dynamicTest(it.getKey(), () -> refused(it.getValue())))
                .toList();
    }

    @Test
    @DisplayName("R101 an event is no access token")
    void isNoAccessToken() {
        String event = events.token(PushedEvents.DISABLED, victim, claims -> {
            claims.putAll(issuer.claims());
            claims.put("realm_access", Map.of("roles", List.of("latchkey-admin")));
        });

        assertThat(BrokerApi.bearing(BrokerStack.broker(), event).get("/apps").code())
                .isEqualTo("invalid_token");
    }

    @Test
    @DisplayName("R146 takes no other media type, and no more than 64 KiB")
    void refusesOtherBodies() {
        String event = events.token(PushedEvents.DISABLED, victim, claims -> {});
        BrokerApi nobody = BrokerApi.anonymous(BrokerStack.broker());

        assertThat(nobody.send("POST", "/identity/events", event, "application/jwt")
                        .code())
                .isEqualTo("unsupported_media_type");
        assertThat(nobody.send("POST", "/identity/events", "x".repeat(70_000), "application/secevent+jwt")
                        .code())
                .isEqualTo("payload_too_large");
        assertThat(PushedEvents.push("").json().path("err").asText()).isEqualTo("invalid_request");
    }

    private Map<String, Forgery> forgeries() {
        Map<String, Forgery> all = new LinkedHashMap<>();
        all.put("an access token", new Forgery(issuer.token(claims -> claims.put("sub", victim)), "invalid_request"));
        all.put("the type of an access token", typed("at+jwt"));
        all.put("no type", typed(null));
        all.put("nested", header(it -> it.contentType("JWT")));
        all.put("with an extension", header(it -> it.criticalParams(Set.of("toe"))));
        all.put("an ID token's claims", claims("invalid_request", it -> it.put("nonce", "n")));
        all.put("with a subject", claims("invalid_request", it -> it.put("sub", victim)));
        all.put(
                "with an end",
                claims("invalid_request", it -> it.put("exp", Instant.now().getEpochSecond() + 60)));
        all.put("another issuer", claims("invalid_issuer", it -> it.put("iss", "https://other.example")));
        all.put("a longer issuer", claims("invalid_issuer", it -> it.put("iss", issuer.issuer() + "/")));
        all.put("no issuer", claims("invalid_issuer", it -> it.remove("iss")));
        all.put("another audience", claims("invalid_audience", it -> it.put("aud", "other")));
        all.put("no audience", claims("invalid_audience", it -> it.remove("aud")));
        all.put(
                "too old",
                claims("invalid_request", it -> it.put("iat", Instant.now().getEpochSecond() - 601)));
        all.put(
                "from the future",
                claims("invalid_request", it -> it.put("iat", Instant.now().getEpochSecond() + 60)));
        all.put(
                "to happen",
                claims("invalid_request", it -> it.put("toe", Instant.now().getEpochSecond() + 60)));
        all.put("no time", claims("invalid_request", it -> it.remove("iat")));
        all.put("no id", claims("invalid_request", it -> it.remove("jti")));
        all.put("an id too long", claims("invalid_request", it -> it.put("jti", "j".repeat(256))));
        all.put("an id over two lines", claims("invalid_request", it -> it.put("jti", "j\n" + victim)));
        all.put("an id that is a number", claims("invalid_request", it -> it.put("jti", 7)));
        all.put("no events", claims("invalid_request", it -> it.remove("events")));
        all.put("an unknown event", claims("invalid_request", it -> it.put("events", Map.of("urn:x", Map.of()))));
        all.put(
                "an event that is a text",
                claims("invalid_request", it -> it.put("events", Map.of(PushedEvents.DISABLED, "x"))));
        all.put(
                "two events",
                claims(
                        "invalid_request",
                        it -> it.put(
                                "events", Map.of(PushedEvents.DISABLED, Map.of(), PushedEvents.PURGED, Map.of()))));
        all.put(
                "a subject of another issuer",
                claims(
                        "invalid_request",
                        it -> it.put(
                                "sub_id", Map.of("format", "iss_sub", "iss", "https://other.example", "sub", victim))));
        all.put(
                "a subject of another form",
                claims("invalid_request", it -> it.put("sub_id", Map.of("format", "opaque", "id", victim))));
        all.put("no subject", claims("invalid_request", it -> it.remove("sub_id")));
        String good = events.token(PushedEvents.DISABLED, victim, it -> {});
        all.put(
                "another's key",
                new Forgery(
                        FakeOpenIdProvider.sign(
                                FakeOpenIdProvider.newKey(),
                                events.header().build(),
                                Json.write(events.claims(PushedEvents.DISABLED, victim))),
                        "invalid_key"));
        all.put("a changed payload", new Forgery(changed(good), "invalid_key"));
        all.put("no signature", new Forgery(unsigned(good), "invalid_request"));
        all.put("a MAC with the public key", new Forgery(mac(good), "invalid_request"));
        return all;
    }

    private void refused(Forgery forgery) {
        Answer answer = PushedEvents.push(forgery.token());

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("err").asText()).isEqualTo(forgery.err());
        assertThat(answer.text("description")).isNotBlank();
        assertThat(answer.header("Content-Language")).isEqualTo("en");
        assertThat(answer.raw().body()).doesNotContain(victim);
        assertThat(new BrokerTables(database).texts("select name from identity_principal where name = ?", victim))
                .isEmpty();
    }

    private Forgery claims(String err, Consumer<Map<String, Object>> change) {
        return new Forgery(events.token(PushedEvents.DISABLED, victim, change), err);
    }

    private Forgery typed(@Nullable String type) {
        return header(it -> it.type(type == null ? null : new JOSEObjectType(type)));
    }

    private Forgery header(Consumer<JWSHeader.Builder> change) {
        JWSHeader.Builder header = events.header();
        change.accept(header);
        String payload = Json.write(events.claims(PushedEvents.DISABLED, victim));
        return new Forgery(issuer.sign(header.build(), payload), "invalid_request");
    }

    private static String changed(String token) {
        String[] parts = token.split("\\.");
        String payload =
                new String(Base64.getUrlDecoder().decode(parts[1])).replace("account-disabled", "account-purged");
        return parts[0] + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(payload.getBytes()) + "."
                + parts[2];
    }

    private static String unsigned(String token) {
        String header = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("{\"alg\":\"none\",\"typ\":\"secevent+jwt\"}".getBytes());
        return header + "." + token.split("\\.")[1] + ".";
    }

    private static String mac(String token) {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.HS256)
                .type(new JOSEObjectType("secevent+jwt"))
                .build();
        return header.toBase64URL() + "." + token.split("\\.")[1] + "." + token.split("\\.")[2];
    }
}
