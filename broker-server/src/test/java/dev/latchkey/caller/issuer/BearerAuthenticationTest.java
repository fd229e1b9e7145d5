package dev.latchkey.caller.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.testkit.BrokerClient;
import dev.latchkey.testkit.BrokerClient.Answer;
import dev.latchkey.testkit.FakeOpenIdProvider;
import dev.latchkey.testkit.FakeOpenIdProviderResource;
import dev.latchkey.testkit.FromTestResource;
import dev.latchkey.testkit.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@QuarkusTest
@TestProfile(BearerAuthenticationTest.WithIssuer.class)
@QuarkusTestResource(TestDatabase.class)
@QuarkusTestResource(value = FakeOpenIdProviderResource.class, restrictToAnnotatedClass = true)
class BearerAuthenticationTest {

    private static final String APPS = "/api/v1/apps";

    private static final int APP_RATE = 3;

    /** Its own instance of the broker, so that no other test meets an issuer. Apps may ask seldom. */
    public static final class WithIssuer implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("latchkey.limits.app-rate", Integer.toString(APP_RATE));
        }
    }

    @TestHTTPResource("/")
    URI server;

    @FromTestResource
    FakeOpenIdProvider issuer;

    private BrokerClient nobody;

    @BeforeEach
    void takeAClient() {
        nobody = BrokerClient.at(server);
    }

    @Test
    void takesAPersonWithTheRolesOfTheToken() {
        assertThat(asPerson("latchkey-admin").get(APPS).status()).isEqualTo(200);
        assertThat(asPerson("latchkey-approver").get(APPS).code()).isEqualTo("forbidden");
        assertThat(asPerson("admin", "LATCHKEY-ADMIN", "latchkey-app").get(APPS).code())
                .isEqualTo("forbidden");
    }

    @Test
    @DisplayName("R161 takes a token whose azp names a registered app as that app, whatever roles it carries")
    void takesARegisteredAppAsTheApp() {
        String app = "app-" + UUID.randomUUID();
        String before = issuer.token(claims -> {
            claims.put("azp", app);
            claims.put("realm_access", Map.of("roles", List.of("latchkey-admin")));
        });
        assertThat(nobody.bearer(before).get(APPS).status()).isEqualTo(200);

        nobody.asAdmin().post(APPS, "{\"id\":\"" + app + "\",\"name\":\"n\",\"return_urls\":[]}");

        assertThat(nobody.bearer(before).get(APPS).code())
                .as("the cached answer is dropped with the change")
                .isEqualTo("forbidden");
    }

    @Test
    @DisplayName(
            "latchkey.limits.app-rate: an app that only a subject_token proves is counted, by itself and once a request")
    void limitsAppsThatASubjectTokenProves() {
        String eager = registeredApp();
        String calm = registeredApp();
        for (int request = 0; request < APP_RATE; request++) {
            assertThat(exchange(nobody, eager).body()).contains("invalid_target");
        }

        Answer refused = exchange(nobody, eager);

        assertThat(refused.status()).as(refused.body()).isEqualTo(429);
        assertThat(refused.header("Retry-After")).matches("[1-9][0-9]?");
        assertThat(nobody.bearer(eager).get("/api/v1/connections").code())
                .as("header and subject_token draw on one share")
                .isEqualTo("rate_limited");
        assertThat(exchange(nobody, calm).body()).contains("invalid_target");
    }

    @Test
    @DisplayName("latchkey.limits.app-rate: a request with header and subject_token is one request")
    void countsARequestWithTwoProofsOnce() {
        String app = registeredApp();
        for (int request = 0; request < APP_RATE; request++) {
            assertThat(exchange(nobody.bearer(app), app).body()).contains("invalid_target");
        }

        assertThat(exchange(nobody.bearer(app), app).status()).isEqualTo(429);
    }

    @Test
    void refusesAMissingCredentialAndNamesTheSchemes() {
        Answer refused = nobody.get(APPS);

        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.code()).isEqualTo("unauthenticated");
        assertThat(refused.response().headers().allValues("WWW-Authenticate"))
                .anyMatch(it -> it.startsWith("Bearer"))
                .anyMatch(it -> it.startsWith("Basic"));
    }

    @TestFactory
    @DisplayName("R101 refuses each forged token, and fetches nothing that it names")
    List<DynamicTest> refusesForgedTokens() {
        nobody.bearer(issuer.token(claims -> {})).get(APPS);
        return new ForgedTokens(issuer)
                .all().entrySet().stream()
                        .map(forged -> DynamicTest.dynamicTest(forged.getKey(), () -> refused(forged.getValue())))
                        .toList();
    }

    @Test
    @DisplayName("R101 has at least 40 forgeries, each different")
    void hasAWholeCorpus() {
        assertThat(new ForgedTokens(issuer).all().values())
                .hasSizeGreaterThanOrEqualTo(40)
                .doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("R161 drops verified tokens when the issuer's keys change")
    void dropsCachedTokensWhenTheKeysChange() {
        BrokerClient old = asPerson("latchkey-admin");
        assertThat(old.get(APPS).status()).isEqualTo(200);

        issuer.rotateKeys();
        BrokerClient next = asPerson("latchkey-admin");

        // The new key is fetched as soon as the bound on fetches lets it be.
        await().atMost(Duration.ofSeconds(60)).until(() -> next.get(APPS).status() == 200);
        assertThat(old.get(APPS).code()).isEqualTo("invalid_token");
    }

    @Test
    @DisplayName("R161 asks for unknown keys no more than once in ten seconds")
    void boundsFetchesForUnknownKeys() {
        asPerson("latchkey-admin").get(APPS);
        int before = issuer.fetches("/jwks");
        long began = System.nanoTime();

        for (int i = 0; i < 30; i++) {
            String forged = FakeOpenIdProvider.sign(
                    issuer.signingKey(),
                    issuer.header().keyID("unknown-" + i).build(),
                    "{\"iss\":\"" + issuer.issuer() + "\",\"aud\":\"latchkey\",\"exp\":9999999999,\"sub\":\"a\"}");
            assertThat(nobody.bearer(forged).get(APPS).code()).isEqualTo("invalid_token");
        }

        // one, and one more for each ten seconds on a machine that took so long
        int allowed = 1 + (int) (Duration.ofNanos(System.nanoTime() - began).toSeconds() / 10);
        assertThat(issuer.fetches("/jwks") - before).isLessThanOrEqualTo(allowed);
    }

    private void refused(String token) {
        int before = issuer.fetches();

        Answer answer = nobody.bearer(token).get(APPS);

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("invalid_token");
        assertThat(answer.header("WWW-Authenticate")).contains("invalid_token");
        assertThat(answer.body()).doesNotContain(token);
        assertThat(issuer.fetches("/evil")).isZero();
        // An unknown kid may cost one look at the metadata and the keys of the configured issuer, nothing else.
        assertThat(issuer.fetches() - before).isLessThanOrEqualTo(2);
    }

    /** A token of a new app. */
    private String registeredApp() {
        String app = "app-" + UUID.randomUUID();
        Answer made = nobody.asAdmin().post(APPS, "{\"id\":\"" + app + "\",\"name\":\"n\",\"return_urls\":[]}");
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        return issuer.token(claims -> claims.put("azp", app));
    }

    /** Asks for the token of a connection that does not exist. */
    private static Answer exchange(BrokerClient client, String subjectToken) {
        String form = "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&resource=urn:latchkey:connection:"
                + UUID.randomUUID() + "&subject_token=" + subjectToken
                + "&subject_token_type=urn:ietf:params:oauth:token-type:access_token";
        return client.send(
                "POST", "/oauth2/token", "application/x-www-form-urlencoded", form.getBytes(StandardCharsets.US_ASCII));
    }

    private BrokerClient asPerson(String... roles) {
        return nobody.bearer(issuer.token(claims -> claims.put("realm_access", Map.of("roles", List.of(roles)))));
    }
}
