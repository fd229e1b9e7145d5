package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The kit's node-oidc-provider behaves as the partner that it plays, seen by a client that is not the broker. */
class NodeOidcProviderIT {
    private static final URI CALLBACK = URI.create("http://127.0.0.1:9/callback/node");
    private static final String SCOPE = "openid orders";

    private static NodeOidcProvider provider;

    @BeforeAll
    static void start() {
        provider = NodeOidcProvider.start(CALLBACK);
    }

    @AfterAll
    static void stop() {
        provider.close();
    }

    @Test
    @DisplayName("a user logs in, the code becomes tokens, each refresh rotates, a revoke ends it")
    void playsTheWholeStory() {
        var browser = new ConsentBrowser();
        try (var client = newClient()) {
            var answer = HandWrittenClient.parametersOf(
                    provider.login(browser, client.authorizationUrl(SCOPE), "ada", CALLBACK));
            assertThat(answer).containsEntry("state", client.state());
            assertThat(answer).containsEntry("iss", provider.issuer().toString());

            var first = HandWrittenClient.json(client.exchange(answer.get("code")));
            assertThat(first.path("expires_in").asInt()).isEqualTo(60);
            assertThat(first.path("id_token").asText()).isNotEmpty();

            var second = HandWrittenClient.json(
                    client.refresh(first.path("refresh_token").asText()));
            var rotated = second.path("refresh_token").asText();
            assertThat(rotated)
                    .isNotEmpty()
                    .isNotEqualTo(first.path("refresh_token").asText());
            assertThat(client.userInfo(second.path("access_token").asText()).statusCode())
                    .isEqualTo(200);

            assertThat(client.revoke(rotated).statusCode()).isEqualTo(200);
            assertThat(client.refresh(rotated).statusCode()).isEqualTo(400);
        }
    }

    @Test
    @DisplayName("a replayed refresh token is refused and kills its whole family")
    void killsTheFamilyOfAReplayedRefreshToken() {
        var browser = new ConsentBrowser();
        try (var client = newClient()) {
            var answer = HandWrittenClient.parametersOf(
                    provider.login(browser, client.authorizationUrl(SCOPE), "grace", CALLBACK));
            var first = HandWrittenClient.json(client.exchange(answer.get("code")))
                    .path("refresh_token")
                    .asText();
            var second = HandWrittenClient.json(client.refresh(first))
                    .path("refresh_token")
                    .asText();

            var replay = client.refresh(first);
            assertThat(HandWrittenClient.json(replay).path("error").asText()).isEqualTo("invalid_grant");
            assertThat(client.refresh(second).statusCode()).isEqualTo(400);
        }
    }

    @Test
    @DisplayName("an authorization request without PKCE is refused")
    void requiresPkce() {
        var browser = new ConsentBrowser();
        try (var client = newClient()) {
            var back = provider.login(browser, client.authorizationUrlWithoutPkce(SCOPE), "eve", CALLBACK);
            assertThat(HandWrittenClient.parametersOf(back)).containsEntry("error", "invalid_request");
        }
    }

    private static HandWrittenClient newClient() {
        var registered = provider.client();
        return new HandWrittenClient(provider.issuer(), registered.clientId(), registered.clientSecret(), CALLBACK);
    }
}
