package dev.latchkey.token;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.NoonKey;
import dev.latchkey.testkit.NoonStory;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both kinds of cookie partners, from the registration to a call with the cookies. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class CookieFlowTest {

    private static final long A_MONTH = 30L * 24 * 3600;

    @AfterEach
    void usualCookies() {
        BrokerStack.control().noonSettings(Map.of());
    }

    @Test
    @DisplayName("R111 our own account: one login, a JWT made for it, a User-Agent, and cookies that open the API")
    void ownAccount() {
        NoonStory noon = NoonStory.ownAccount();
        Story.App app = noon.story().app("shop");
        String connection = noon.active(app);

        Answer token = noon.story().token(app, connection).expect(200);
        noon.story().token(app, connection).expect(200);

        assertThat(token.text("token_type")).isEqualTo("cookie");
        assertThat(token.json().path("expires_in").asLong()).isBetween(A_MONTH - 120, A_MONTH);
        assertThat(token.json().fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("token_type", "cookies", "expires_in");
        assertThat(token.json().path("cookies")).hasSize(2).allSatisfy(cookie -> {
            assertThat(cookie.fieldNames())
                    .toIterable()
                    .containsExactlyInAnyOrder("name", "value", "domain", "path", "expires_at", "secure");
            assertThat(cookie.path("domain").asText()).isEqualTo("127.0.0.1");
            assertThat(cookie.path("path").asText()).isEqualTo("/noon");
            assertThat(cookie.path("secure").asBoolean()).isFalse();
            assertThat(Instant.parse(cookie.path("expires_at").asText())).isAfter(Instant.now());
        });
        assertThat(token.header("Cache-Control")).contains("no-store");
        assertThat(NoonStory.whoami(NoonStory.cookies(token)).body())
                .contains("account-" + noon.story().mark());
        assertThat(noon.logins(noon.key().keyId())).singleElement().satisfies(login -> {
            assertThat(login.path("accepted").asBoolean()).isTrue();
            assertThat(login.path("claims").fieldNames()).toIterable().containsExactlyInAnyOrder("sub", "iat", "jti");
        });
        assertThat(noon.loginRequests(noon.key().projectCode()))
                .allSatisfy(request -> assertThat(request.header("user-agent")).contains("Latchkey"));
    }

    @Test
    @DisplayName("a seller's consent becomes a key, and the key cookies of the seller")
    void seller() {
        NoonStory noon = NoonStory.integrator();
        Story story = noon.story();
        Story.App app = story.app("shop");

        String connection = story.active(app);

        Answer token = story.token(app, connection).expect(200);
        assertThat(NoonStory.whoami(NoonStory.cookies(token)).body()).contains("user-" + story.mark());
        assertThat(noon.logins(noon.key().keyId())).hasSize(1);
        String sellersKey = sellersKey(story);
        assertThat(noon.logins(sellersKey)).hasSize(1);
        assertThat(story.token(app, connection).raw().body()).doesNotContain(sellersKey);
        assertThat(story.control().requests("noon", "token_create"))
                .filteredOn(seen -> seen.body().contains(story.clientId()))
                .singleElement()
                .satisfies(seen -> assertThat(seen.header("user-agent")).contains("Latchkey"));
    }

    @Test
    @DisplayName("a seller who says no leaves the connection as it was, and no call is made")
    void denied() {
        NoonStory noon = NoonStory.integrator();
        Story story = noon.story();
        Story.App app = story.app("shop");
        String connection = story.approved(app);
        ConsentBrowser browser = story.atConsent(story.connectUrl(app, connection));

        browser.deny();
        browser.follow();

        assertThat(Story.query(browser.location().orElseThrow())).containsEntry("error", "access_denied");
        assertThat(story.status(connection)).isEqualTo("approved");
        assertThat(noon.logins(noon.key().keyId())).isEmpty();
    }

    @Test
    @DisplayName("R70 a seller's code in another browser is worth nothing, and no call is made")
    void otherBrowser() {
        NoonStory noon = NoonStory.integrator();
        Story story = noon.story();
        Story.App app = story.app("shop");
        ConsentBrowser browser = story.atConsent(story.connectUrl(app, story.approved(app)));
        browser.allow("user-" + story.mark());
        URI back = browser.location().orElseThrow();

        assertThat(new ConsentBrowser().get(back).status()).isEqualTo(400);
        assertThat(noon.logins(noon.key().keyId())).isEmpty();
    }

    @Test
    @DisplayName("a seller's key is kept though its first login fails, and logs in at the first use")
    void loginLater() {
        NoonStory noon = NoonStory.integrator();
        Story story = noon.story();
        Story.App app = story.app("shop");
        String connection = story.approved(app);
        ConsentBrowser browser = story.atConsent(story.connectUrl(app, connection));
        browser.allow("user-" + story.mark());
        story.control()
                .fault(FaultOrder.at("noon")
                        .endpoint("login")
                        .user("user-" + story.mark())
                        .status(503, Map.of(), ""));
        browser.follow();
        URI back = browser.location().orElseThrow();
        app.api()
                .post(
                        "/connections/" + connection + "/confirm",
                        Map.of("handle", Story.query(back).get("handle")))
                .expect(200);

        Answer token = story.token(app, connection).expect(200);

        assertThat(NoonStory.whoami(NoonStory.cookies(token)).statusCode()).isEqualTo(200);
        assertThat(story.control().requests("noon", "token_exchange"))
                .filteredOn(seen -> seen.body().contains(story.clientId()))
                .hasSize(1);
    }

    @Test
    @DisplayName("a seller's file can be brought along; it logs in when it is first used")
    void imported() {
        NoonStory noon = NoonStory.integrator();
        Story story = noon.story();
        NoonKey sellers = NoonKey.of("brought-" + story.mark());
        story.control()
                .registerNoonKey("seller-" + story.mark(), sellers.projectCode(), sellers.keyId(), sellers.publicPem());
        Answer asked = story.admin()
                .post(
                        "/connections",
                        Map.of(
                                "partner", story.partner(),
                                "owner", "owner-1",
                                "scopes", List.of(),
                                "import", Map.of("credential_file", sellers.file())))
                .expect(201);
        String connection = asked.text("id");
        Story.App app = story.app("shop");
        story.approver().post("/connections/" + connection + "/approve").expect(200);
        story.approver()
                .put("/connections/" + connection + "/grants/" + app.id(), Map.of())
                .expect(200);

        Answer token = story.token(app, connection).expect(200);

        assertThat(NoonStory.whoami(NoonStory.cookies(token)).body()).contains("seller-" + story.mark());
        assertThat(asked.raw().body()).doesNotContain(sellers.keyId());
    }

    @Test
    @DisplayName("R112 a cookie that the partner sets for a foreign domain is not taken, nor handed out")
    void foreignCookie() {
        BrokerStack.control()
                .noonSettings(Map.of(
                        "cookies",
                        List.of(
                                "noon_session={session}; Path=/noon; Max-Age=3600",
                                "noon_project={project}; Path=/noon",
                                "stolen={session}; Path=/; Domain=evil.example",
                                "gone={session}; Path=/noon; Max-Age=0")));
        NoonStory noon = NoonStory.ownAccount();
        Story.App app = noon.story().app("shop");
        String connection = noon.active(app);

        Answer token = noon.story().token(app, connection).expect(200);

        assertThat(token.json().path("cookies"))
                .extracting(cookie -> cookie.path("name").asText())
                .containsExactly("noon_session", "noon_project");
        assertThat(token.json().path("expires_in").asLong()).isBetween(3400L, 3600L);
    }

    @ParameterizedTest
    @DisplayName("a bad credential file is 400 with a pointer and without an echo")
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"key_id\":\"canary-id\",\"project_code\":\"p\"}|/credentials/credential_file/private_key",
                "{\"key_id\":\"canary-id\",\"project_code\":\"p\",\"private_key\":\"canary-pem\"}|/credentials/credential_file/private_key",
                "canary-id|/credentials/credential_file",
                "[\"canary-id\"]|/credentials/credential_file",
            })
    void badFile(String file, String pointer) {
        NoonStory noon = NoonStory.ownAccount();

        Answer answer = noon.put("PUT", "/partners/" + noon.story().partner(), file);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("pointer")).isEqualTo(pointer);
        assertThat(answer.raw().body()).doesNotContain("canary");
    }

    @Test
    void aRegistrationShowsTheKeysFingerprintOnly() {
        NoonStory noon = NoonStory.ownAccount();

        Answer shown =
                noon.story().admin().get("/partners/" + noon.story().partner()).expect(200);

        assertThat(shown.json().path("fingerprints").path("credential_file").asText())
                .hasSize(32);
        assertThat(shown.raw().body()).doesNotContain(noon.key().keyId()).doesNotContain("PRIVATE KEY");
    }

    private static String sellersKey(Story story) {
        for (JsonNode key : story.control().noonKeys()) {
            if (key.path("account").asText().equals("user-" + story.mark())) {
                return key.path("key_id").asText();
            }
        }
        throw new AssertionError("the seller has no key");
    }
}
