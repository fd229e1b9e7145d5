package dev.latchkey.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerProcess;
import dev.latchkey.testkit.NodeOidcProvider;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The packaged broker and node-oidc-provider as a partner: a certified provider of another hand, which requires PKCE,
 * names itself in its answers, rotates refresh tokens and kills the grant of a replayed one.
 */
class NodeOidcProviderPartnerIT {

    /** Shorter than what the broker is content with, so that every hand-out needs a renewal. */
    private static final Duration SHORT = Duration.ofSeconds(20);

    private static BrokerProcess broker;
    private static PartnerStory story;
    private static NodeOidcProvider provider;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.start();
        story = new PartnerStory(broker, "node");
        provider = NodeOidcProvider.start(story.callback(), SHORT);
        Answer registered = story.register(
                        provider.issuer().toString(),
                        provider.client().clientId(),
                        provider.client().clientSecret())
                .expect(201);
        assertThat(registered.text("redirect_uri")).isEqualTo(story.callback().toString());
    }

    @AfterAll
    static void stop() {
        if (provider != null) {
            provider.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    @DisplayName("R103 a login, tokens, renewals under rotation with reuse detection, and a revoke that ends the grant")
    void playsTheWholeStory() {
        BrokerApi app = story.app("shop");
        String connection = story.approved(app, "orders");
        ConsentBrowser browser = new ConsentBrowser();
        provider.login(browser, story.connectUrl(app, connection), "ada", story.callback());
        PartnerStory.confirm(app, connection, PartnerStory.handleOf(browser));
        assertThat(story.status(connection)).isEqualTo("active");

        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Answer answer = PartnerStory.token(app, connection).expect(200);
            assertThat(answer.text("scope").split(" ")).containsExactlyInAnyOrder("openid", "orders");
            assertThat(PartnerStory.userInfo(provider.issuer(), answer.text("access_token")))
                    .isEqualTo(200);
            seen.add(answer.text("access_token"));
        }
        assertThat(seen).doesNotHaveDuplicates();

        story.revoke(connection).expect(200);
        assertThat(story.audited(connection, "partner_revocation")).containsExactly("success");
        assertThat(PartnerStory.userInfo(provider.issuer(), seen.getLast())).isEqualTo(401);
        assertThat(PartnerStory.token(app, connection).status()).isEqualTo(404);
    }

    @Test
    @DisplayName("R76 the provider's iss is required: taken away on the way, the code is not used")
    void requiresTheIssuerOfTheAnswer() {
        BrokerApi app = story.app("shop-iss");
        String connection = story.approved(app, "orders");
        ConsentBrowser browser = new ConsentBrowser();
        URI arrival = provider.login(browser, story.connectUrl(app, connection), "grace", story.callback());

        assertThat(arrival.toString()).containsPattern("[&?]iss=");
        browser.get(URI.create(arrival.toString().replaceFirst("&iss=[^&]*", "")));

        assertThat(browser.page().status()).isEqualTo(400);
        assertThat(browser.page().body()).contains("state_invalid");
        assertThat(story.status(connection)).isEqualTo("approved");
    }

    @Test
    @DisplayName("R77 an issuer with a trailing slash is refused at registration")
    void refusesAnIssuerWithASlash() {
        Answer refused = new PartnerStory(broker, "node-slash")
                .register(provider.issuer() + "/", "client", "secret-of-the-client");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().path("pointer").asText()).isEqualTo("/settings/endpoints/issuer");
    }
}
