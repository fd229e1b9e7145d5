package dev.latchkey.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.identity.IdentityStack;
import dev.latchkey.testkit.BrokerClient;
import dev.latchkey.testkit.BrokerClient.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.FakeOpenIdProvider;
import dev.latchkey.testkit.FromTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
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
@TestProfile(IdentityStack.class)
class BearerAuthenticationTest {

    private static final String APPS = "/api/v1/apps";

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

        nobody.as("admin", BrokerStack.PASSWORD)
                .post(APPS, "{\"id\":\"" + app + "\",\"name\":\"n\",\"return_urls\":[]}");

        assertThat(nobody.bearer(before).get(APPS).code())
                .as("the cached answer is dropped with the change")
                .isEqualTo("forbidden");
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

        for (int i = 0; i < 30; i++) {
            String forged = FakeOpenIdProvider.sign(
                    issuer.signingKey(),
                    issuer.header().keyID("unknown-" + i).build(),
                    "{\"iss\":\"" + issuer.issuer() + "\",\"aud\":\"latchkey\",\"exp\":9999999999,\"sub\":\"a\"}");
            assertThat(nobody.bearer(forged).get(APPS).code()).isEqualTo("invalid_token");
        }

        assertThat(issuer.fetches("/jwks") - before).isLessThanOrEqualTo(1);
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

    private BrokerClient asPerson(String... roles) {
        return nobody.bearer(issuer.token(claims -> claims.put("realm_access", Map.of("roles", List.of(roles)))));
    }
}
