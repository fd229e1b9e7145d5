package dev.latchkey.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerProcess;
import dev.latchkey.testkit.KeycloakServer;
import dev.latchkey.testkit.TestHttp;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The packaged broker and a real Keycloak as a partner: strict rotation, PKCE required, real pages. */
class KeycloakPartnerIT {

    /** Shorter than what the broker is content with, so that every hand-out needs a renewal. */
    private static final Duration SHORT = Duration.ofSeconds(20);

    private static KeycloakServer keycloak;
    private static BrokerProcess broker;

    @BeforeAll
    static void start() {
        keycloak = KeycloakServer.shared();
        broker = BrokerProcess.start();
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    @DisplayName("R103 a real login, tokens, renewals under strict rotation, and a revoke that Keycloak knows of")
    void playsTheWholeStory() {
        PartnerStory story = new PartnerStory(broker, "keycloak");
        KeycloakServer.Client client = keycloak.createClient(story.callback(), SHORT);
        Answer registered = story.register(keycloak.issuer().toString(), client.clientId(), client.clientSecret())
                .expect(201);
        assertThat(registered.text("redirect_uri")).isEqualTo(story.callback().toString());
        BrokerApi app = story.app("shop");
        String connection = story.approved(app, "profile");

        String handle = comeBack(story, app, connection);
        assertThat(story.status(connection)).isEqualTo("pending_confirmation");
        assertThat(PartnerStory.token(app, connection).code()).isEqualTo("connection_not_active");
        PartnerStory.confirm(app, connection, handle);
        assertThat(story.status(connection)).isEqualTo("active");

        String last = renewedAgainAndAgain(app, connection);

        assertThat(keycloak.sessions(client)).isEqualTo(1);
        story.revoke(connection).expect(200);
        assertThat(story.audited(connection, "partner_revocation")).containsExactly("success");
        assertThat(keycloak.sessions(client)).isZero();
        assertThat(PartnerStory.userInfo(keycloak.issuer(), last)).isEqualTo(401);
        assertThat(isActive(client, last)).isFalse();
        assertThat(PartnerStory.token(app, connection).status()).isEqualTo(404);
    }

    /** With {@code Revoke Refresh Token} on, only whoever stored the newest refresh token gets the next one. */
    private static String renewedAgainAndAgain(BrokerApi app, String connection) {
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Answer answer = PartnerStory.token(app, connection).expect(200);
            assertThat(answer.text("scope").split(" ")).containsExactlyInAnyOrder("openid", "profile");
            assertThat(answer.json().fieldNames())
                    .toIterable()
                    .doesNotContain("refresh_token", "id_token")
                    .contains("warnings");
            assertThat(PartnerStory.userInfo(keycloak.issuer(), answer.text("access_token")))
                    .isEqualTo(200);
            seen.add(answer.text("access_token"));
        }
        assertThat(seen).doesNotHaveDuplicates();
        return seen.getLast();
    }

    @Test
    @DisplayName("R77 an issuer with a trailing slash, or in other case, is refused at registration")
    void refusesAnIssuerThatIsNotTheVeryOne() {
        PartnerStory story = new PartnerStory(broker, "keycloak-slash");
        for (String issuer : List.of(keycloak.issuer() + "/", keycloak.issuer().toString() + "//")) {
            Answer refused = story.register(issuer, "client", "secret-of-the-client");

            assertThat(refused.status()).as(issuer).isEqualTo(400);
            assertThat(refused.code()).isEqualTo("invalid_request");
            assertThat(refused.json().path("pointer").asText()).isEqualTo("/settings/endpoints/issuer");
        }
        assertThat(story.admin().get("/partners/keycloak-slash").status()).isEqualTo(404);
    }

    @Test
    @DisplayName("a client secret that Keycloak refuses: partner_misconfigured, and the connection stays approved")
    void refusesAWrongClient() {
        PartnerStory story = new PartnerStory(broker, "keycloak-wrong");
        KeycloakServer.Client client = keycloak.createClient(story.callback(), SHORT);
        story.register(keycloak.issuer().toString(), client.clientId(), "not-the-secret")
                .expect(201);
        BrokerApi app = story.app("shop-wrong");
        String connection = story.approved(app, "profile");
        ConsentBrowser browser = new ConsentBrowser();
        keycloak.login(browser, story.connectUrl(app, connection), keycloak.createUser(), story.callback());

        browser.follow();

        assertThat(browser.page().status()).isEqualTo(503);
        assertThat(browser.page().body()).contains("partner_misconfigured").doesNotContain("not-the-secret");
        assertThat(story.status(connection)).isEqualTo("approved");
        assertThat(PartnerStory.token(app, connection).code()).isEqualTo("connection_not_active");
    }

    @Test
    @DisplayName("R76 Keycloak's iss is required: taken away or changed on the way, the code is not used")
    void requiresTheIssuerOfTheAnswer() {
        PartnerStory story = new PartnerStory(broker, "keycloak-iss");
        KeycloakServer.Client client = keycloak.createClient(story.callback(), SHORT);
        story.register(keycloak.issuer().toString(), client.clientId(), client.clientSecret())
                .expect(201);
        BrokerApi app = story.app("shop-iss");
        String connection = story.approved(app);
        KeycloakServer.User user = keycloak.createUser();
        for (String instead : List.of("", "&iss=https%3A%2F%2Fevil.example")) {
            ConsentBrowser browser = new ConsentBrowser();
            URI arrival = keycloak.login(browser, story.connectUrl(app, connection), user, story.callback());

            assertThat(arrival.toString()).containsPattern("[&?]iss=");
            browser.get(URI.create(arrival.toString().replaceFirst("&iss=[^&]*", instead)));

            assertThat(browser.page().status()).isEqualTo(400);
            assertThat(browser.page().body()).contains("state_invalid");
            assertThat(story.status(connection)).isEqualTo("approved");
        }
    }

    private static String comeBack(PartnerStory story, BrokerApi app, String connection) {
        ConsentBrowser browser = new ConsentBrowser();
        keycloak.login(browser, story.connectUrl(app, connection), keycloak.createUser(), story.callback());
        return PartnerStory.handleOf(browser);
    }

    /** RFC 7662, asked as the client that the token was issued to. */
    private static boolean isActive(KeycloakServer.Client client, String accessToken) {
        URI endpoint = PartnerStory.metadata(keycloak.issuer(), "introspection_endpoint");
        try (TestHttp http = new TestHttp()) {
            var answer = http.form(
                    endpoint, TestHttp.basic(client.clientId(), client.clientSecret()), Map.of("token", accessToken));
            assertThat(answer.statusCode()).isEqualTo(200);
            return PartnerStory.json(answer.body()).path("active").asBoolean(true);
        }
    }
}
