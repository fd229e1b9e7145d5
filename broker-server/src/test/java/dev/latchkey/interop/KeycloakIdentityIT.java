package dev.latchkey.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerProcess;
import dev.latchkey.testkit.ChildProcess;
import dev.latchkey.testkit.Gate;
import dev.latchkey.testkit.KeycloakServer;
import dev.latchkey.testkit.LatchkeyRealm;
import dev.latchkey.testkit.TestHttp;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A real Keycloak with the realm that companies import decides who the packaged broker's callers are. */
class KeycloakIdentityIT {

    private static final String JWKS = "GET /realms/latchkey/protocol/openid-connect/certs";
    private static final Duration SOON = Duration.ofSeconds(60);

    private static KeycloakServer server;
    private static LatchkeyRealm realm;
    private static Gate keycloak;
    private static URI issuer;
    private static BrokerProcess broker;
    private static PartnerStory story;
    private static LatchkeyRealm.App app;
    /** Had at the beginning, so that nobody has to wait for its end. */
    private static String shortLived;

    @BeforeAll
    static void start() {
        server = KeycloakServer.shared();
        realm = server.ours();
        keycloak = new Gate(ChildProcess.freePort(), realm.server());
        issuer = LatchkeyRealm.issuerAt(keycloak.address());
        broker = BrokerProcess.start(
                Map.of(
                        "latchkey.identity.issuer", issuer.toString(),
                        "latchkey.identity.basic", "true",
                        "latchkey.limits.failed-authentications", "100000"),
                Map.of());
        story = new PartnerStory(broker, "keycloak");
        app = newApp("orders", Map.of());
        shortLived = newApp("brief", Map.of("access.token.lifespan", "2")).token(issuer);
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            broker.close();
        }
        if (keycloak != null) {
            keycloak.close();
        }
    }

    private static LatchkeyRealm.App newApp(String name, Map<String, String> attributes) {
        String id = name + "-" + UUID.randomUUID().toString().substring(0, 8);
        story.register(id);
        return realm.createApp(id, attributes, List.of("basic", "latchkey"));
    }

    private static Answer call(String token) {
        return BrokerApi.bearing(broker.baseUri(), token).get("/connections");
    }

    private static void assertInvalid(String token) {
        Answer answer = call(token);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("invalid_token");
        assertThat(answer.header("WWW-Authenticate")).contains("invalid_token");
    }

    private static JsonNode part(String token, int index) {
        byte[] decoded = Base64.getUrlDecoder().decode(token.split("\\.")[index]);
        return PartnerStory.json(new String(decoded, StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("R161 an app by private_key_jwt is the app of its client id, without a role")
    void takesAnApp() {
        String token = app.token(issuer);

        call(token).expect(200);
        assertThat(part(token, 1).path("azp").asText()).isEqualTo(app.id());
        assertThat(part(token, 1).path("aud").asText()).isEqualTo("latchkey");
        assertThat(BrokerApi.bearing(broker.baseUri(), token).get("/apps").code())
                .isEqualTo("forbidden");
    }

    @Test
    @DisplayName("R161 people sign in at the real login page with PKCE and are what their roles say, no more")
    void takesPeopleByTheirRoles() {
        assertThat(realm.signInWithoutPkce(issuer)).containsEntry("error", "invalid_request");
        JsonNode admin = realm.signIn(issuer, "latchkey-admin");
        JsonNode auditor = realm.signIn(issuer, "latchkey-auditor");
        JsonNode nobody = realm.signIn(issuer);

        assertThat(admin.path("expires_in").asInt()).isLessThanOrEqualTo(120);
        assertThat(by(admin, "/apps")).isEqualTo(200);
        assertThat(by(admin, "/audit")).isEqualTo(403);
        assertThat(by(auditor, "/audit")).isEqualTo(200);
        assertThat(by(auditor, "/apps")).isEqualTo(403);
        assertThat(by(nobody, "/apps")).isEqualTo(403);
        assertInvalid(admin.path("id_token").asText());
        assertInvalid(admin.path("refresh_token").asText());
    }

    private static int by(JsonNode tokens, String path) {
        return BrokerApi.bearing(broker.baseUri(), tokens.path("access_token").asText())
                .get(path)
                .status();
    }

    @Test
    @DisplayName("R161 a token of another realm of the same server is nobody's, even for our audience")
    void refusesAnotherRealm() {
        KeycloakServer.Client client = server.createServiceClient(app.id(), "latchkey");
        URI partner = keycloak.address().resolve("/realms/partner");
        try (var http = new TestHttp()) {
            var answer = http.form(
                    URI.create(partner + "/protocol/openid-connect/token"),
                    TestHttp.basic(client.clientId(), client.clientSecret()),
                    Map.of("grant_type", "client_credentials"));
            assertInvalid(PartnerStory.json(answer.body()).path("access_token").asText());
        }
    }

    @Test
    @DisplayName("R161 a client without the scope latchkey gets tokens for elsewhere, an unregistered one gets nothing")
    void refusesAnotherAudienceAndAnotherClient() {
        String id = "elsewhere-" + UUID.randomUUID().toString().substring(0, 8);
        story.register(id);
        assertInvalid(realm.createApp(id, Map.of(), List.of("basic")).token(issuer));

        String stranger = realm.createApp("stranger-" + UUID.randomUUID()).token(issuer);
        assertThat(call(stranger).code()).isEqualTo("forbidden");
    }

    @Test
    @DisplayName("R161 an expired token is refused, 30 s of doubt about the clocks aside")
    void refusesAnExpiredToken() {
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofSeconds(2))
                .untilAsserted(() -> assertInvalid(shortLived));
        call(app.token(issuer)).expect(200);
    }

    @Test
    @DisplayName("R161 a rotated key is taken up, a disabled one is dropped with all its tokens")
    void followsTheKeys() {
        String old = app.token(issuer);
        call(old).expect(200);

        realm.rotateKeys();
        String fresh = app.token(issuer);
        assertThat(part(fresh, 0).path("kid")).isNotEqualTo(part(old, 0).path("kid"));
        await().atMost(SOON).untilAsserted(() -> call(fresh).expect(200));
        call(old).expect(200);

        realm.disableKey(part(old, 0).path("kid").asText());
        realm.rotateKeys();
        String newest = app.token(issuer);
        await().atMost(SOON).untilAsserted(() -> call(newest).expect(200));
        assertInvalid(old);
        call(fresh).expect(200);
    }

    @Test
    @DisplayName("R161 keys that nobody knows cost the provider one request in ten seconds")
    void asksForUnknownKeysSeldom() throws Exception {
        String genuine = app.token(issuer);
        RSAKey foreign = new RSAKeyGenerator(2048).generate();
        call(genuine).expect(200);

        long before = keycloak.passed(JWKS);
        long begun = System.nanoTime();
        for (int i = 0; i < 200; i++) {
            assertInvalid(forged(genuine, foreign));
        }
        long seconds = Duration.ofNanos(System.nanoTime() - begun).toSeconds();

        assertThat(keycloak.passed(JWKS) - before).isLessThanOrEqualTo(1 + (seconds + 10) / 10);
        call(genuine).expect(200);
    }

    private static String forged(String genuine, RSAKey key) throws ParseException, JOSEException {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID(UUID.randomUUID().toString())
                        .build(),
                JWTClaimsSet.parse(part(genuine, 1).toString()));
        jwt.sign(new RSASSASigner(key));
        return jwt.serialize();
    }

    @Test
    @DisplayName("R162 while Keycloak is away valid tokens go on, nothing new is taken, and its return is noticed")
    void goesOnWhileKeycloakIsAway() throws Exception {
        String known = app.token(issuer);
        call(known).expect(200);
        String unseen = app.token(issuer);
        String forged = forged(known, new RSAKeyGenerator(2048).generate());

        keycloak.shut();
        try {
            call(known).expect(200);
            call(unseen).expect(200);
            assertInvalid(known.substring(0, known.length() - 8) + "AAAAAAAA");
            assertThat(call(forged).status()).isIn(401, 503);
        } finally {
            keycloak.open();
        }
        realm.rotateKeys();
        String later = app.token(issuer);
        await().atMost(SOON).untilAsserted(() -> call(later).expect(200));
    }

    @Test
    @DisplayName("R162 a broker that never had the keys takes nobody")
    void takesNobodyWithoutKeys() {
        String token = app.token(issuer);
        Gate closed = new Gate(ChildProcess.freePort(), realm.server());
        closed.shut();
        try (BrokerProcess blind = BrokerProcess.start(
                Map.of(
                        "latchkey.identity.issuer",
                        LatchkeyRealm.issuerAt(closed.address()).toString(),
                        "latchkey.identity.basic",
                        "true"),
                Map.of())) {
            String foreign =
                    token.split("\\.")[0] + "." + retold(token, closed.address()) + "." + token.split("\\.")[2];
            Answer answer = BrokerApi.bearing(blind.baseUri(), foreign).get("/connections");

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.code()).isEqualTo("identity_unavailable");
        } finally {
            closed.close();
        }
    }

    /** The claims as the issuer under another address would have said them. */
    private static String retold(String token, URI origin) {
        String claims = part(token, 1).toString().replace(keycloak.address().toString(), origin.toString());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(StandardCharsets.UTF_8));
    }
}
