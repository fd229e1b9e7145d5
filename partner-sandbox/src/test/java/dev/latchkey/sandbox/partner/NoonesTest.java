package dev.latchkey.sandbox.partner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.testkit.Answer;
import dev.latchkey.sandbox.testkit.Rig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class NoonesTest {

    private static final String AUTHORIZE = "/noones/oauth2/authorize";
    private static final String TOKEN = "/noones/oauth2/token";
    private static final String ASK =
            "response_type=code&client_id=delegated&state=s1&redirect_uri=" + Rig.enc(Rig.CALLBACK);

    private final Rig rig = new Rig();

    @BeforeEach
    void register() {
        rig.control().registerClient("noones", "direct", "pw");
        rig.control().registerClient("noones", "delegated", "pw", Rig.CALLBACK);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void givesDirectAccessWithoutRefreshToken() {
        Answer answer = rig.post(TOKEN, "grant_type=client_credentials", "Authorization", Rig.basic("direct", "pw"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().has("refresh_token")).isFalse();
        Answer api = rig.send(
                "POST", "/noones-api/noones/v1/user/me", "", "Authorization", "Bearer " + answer.field("access_token"));
        assertThat(api.field("owner")).isEqualTo("direct");
    }

    @Test
    void givesDelegatedAccessAndKeepsTheRefreshToken() {
        String code = rig.code(AUTHORIZE, ASK, "bob");
        Answer answer = rig.post(
                TOKEN,
                "grant_type=authorization_code&client_id=delegated&client_secret=pw&code=" + code + "&redirect_uri="
                        + Rig.enc(Rig.CALLBACK));
        assertThat(answer.json().has("scope")).isFalse();
        String refresh = "grant_type=refresh_token&refresh_token=" + answer.field("refresh_token");

        Answer one = rig.post(TOKEN, refresh, "Authorization", Rig.basic("delegated", "pw"));
        Answer two = rig.post(TOKEN, refresh, "Authorization", Rig.basic("delegated", "pw"));

        assertThat(two.status()).isEqualTo(200);
        assertThat(one.field("refresh_token"))
                .isEqualTo(answer.field("refresh_token"))
                .isEqualTo(two.field("refresh_token"));
        assertThat(one.field("access_token")).isNotEqualTo(two.field("access_token"));
        assertThat(rig.get("/noones-api/x", "Authorization", "Bearer " + two.field("access_token"))
                        .field("owner"))
                .isEqualTo("bob");
    }

    @Test
    void keepsTheTwoKindsOfKeysApart() {
        assertThat(rig.post(TOKEN, "grant_type=client_credentials&client_id=delegated&client_secret=pw")
                        .field("error"))
                .isEqualTo("unauthorized_client");
        assertThat(rig.get(AUTHORIZE + "?" + ASK.replace("=delegated", "=direct"))
                        .status())
                .isEqualTo(400);
        assertThat(rig.post(TOKEN, "grant_type=refresh_token&refresh_token=x&client_id=direct&client_secret=pw")
                        .field("error"))
                .isEqualTo("unauthorized_client");
    }

    @Test
    void refusesTwoWaysOfAuthenticationAtOnce() {
        Answer answer = rig.post(
                TOKEN,
                "grant_type=client_credentials&client_id=direct&client_secret=pw",
                "Authorization",
                Rig.basic("direct", "pw"));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.field("error")).isEqualTo("invalid_request");
    }

    @Test
    void hasNoAnonymousMethodsAndNoWallet() {
        assertThat(rig.get("/noones-api/noones/v1/currency/list").status()).isEqualTo(401);
        Answer token = rig.post(TOKEN, "grant_type=client_credentials&client_id=direct&client_secret=pw");
        assertThat(rig.get(
                                "/noones-api/noones/v1/wallet/balance",
                                "Authorization",
                                "Bearer " + token.field("access_token"))
                        .status())
                .isEqualTo(404);
    }
}
