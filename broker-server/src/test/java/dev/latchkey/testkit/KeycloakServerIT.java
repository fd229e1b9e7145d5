package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import java.net.URI;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The kit's Keycloak behaves as the partner that it plays, seen by a client that is not the broker. */
class KeycloakServerIT {
    private static final URI CALLBACK = URI.create("http://127.0.0.1:9/callback/keycloak");
    private static final String SCOPE = "openid";

    private static KeycloakServer keycloak;

    @BeforeAll
    static void start() {
        keycloak = KeycloakServer.shared();
    }

    @Test
    @DisplayName("a user logs in at the real page, the code becomes tokens, each refresh rotates, a revoke ends it")
    void playsTheWholeStory() {
        var user = keycloak.createUser();
        var browser = new ConsentBrowser();
        try (var client = newClient()) {
            var answer = HandWrittenClient.parametersOf(
                    keycloak.login(browser, client.authorizationUrl(SCOPE), user, CALLBACK));
            assertThat(answer).containsEntry("state", client.state());
            assertThat(answer).containsEntry("iss", keycloak.issuer().toString());

            var first = HandWrittenClient.json(client.exchange(answer.get("code")));
            assertThat(first.path("expires_in").asInt()).isPositive().isLessThanOrEqualTo(60);
            assertThat(first.path("id_token").asText()).isNotEmpty();
            assertThat(client.userInfo(first.path("access_token").asText()).statusCode())
                    .isEqualTo(200);

            var second = HandWrittenClient.json(
                    client.refresh(first.path("refresh_token").asText()));
            var rotated = second.path("refresh_token").asText();
            assertThat(rotated)
                    .isNotEmpty()
                    .isNotEqualTo(first.path("refresh_token").asText());

            assertThat(client.revoke(rotated).statusCode()).isEqualTo(200);
            assertThat(client.refresh(rotated).statusCode()).isEqualTo(400);
        }
    }

    @Test
    @DisplayName("a refresh token that was used is refused with invalid_grant")
    void refusesAReplayedRefreshToken() {
        var user = keycloak.createUser();
        var browser = new ConsentBrowser();
        try (var client = newClient()) {
            var answer = HandWrittenClient.parametersOf(
                    keycloak.login(browser, client.authorizationUrl(SCOPE), user, CALLBACK));
            var first = HandWrittenClient.json(client.exchange(answer.get("code")))
                    .path("refresh_token")
                    .asText();
            assertThat(client.refresh(first).statusCode()).isEqualTo(200);

            var replay = client.refresh(first);
            assertThat(replay.statusCode()).isEqualTo(400);
            assertThat(HandWrittenClient.json(replay).path("error").asText()).isEqualTo("invalid_grant");
        }
    }

    @Test
    @DisplayName("an authorization request without PKCE is refused")
    void requiresPkce() {
        var user = keycloak.createUser();
        var browser = new ConsentBrowser();
        try (var client = newClient()) {
            var back = keycloak.login(browser, client.authorizationUrlWithoutPkce(SCOPE), user, CALLBACK);
            assertThat(HandWrittenClient.parametersOf(back)).containsEntry("error", "invalid_request");
        }
    }

    private static HandWrittenClient newClient() {
        var registered = keycloak.createClient(CALLBACK);
        return new HandWrittenClient(keycloak.issuer(), registered.clientId(), registered.clientSecret(), CALLBACK);
    }
}
