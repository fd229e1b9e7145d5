package dev.latchkey.sandbox.partner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.testkit.Answer;
import dev.latchkey.sandbox.testkit.Rig;
import java.net.URI;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CryptonitTest {

    private static final String AUTHORIZE = "/cryptonit/oauth2/authorize";
    private static final String TOKEN = "/cryptonit/oauth/token";
    private static final String ASK =
            "response_type=code&client_id=app&scope=basic%20trade&state=s1&redirect_uri=" + Rig.enc(Rig.CALLBACK);
    private static final String CREDENTIALS = "&client_id=app&client_secret=pw";

    private final Rig rig = new Rig();

    @BeforeEach
    void register() {
        rig.control().registerClient("cryptonit", "app", "pw", Rig.CALLBACK);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private String exchange(String code) {
        return "grant_type=authorization_code&code=" + code + "&redirect_uri=" + Rig.enc(Rig.CALLBACK) + CREDENTIALS;
    }

    private Answer connect(String user) {
        return rig.post(TOKEN, exchange(rig.code(AUTHORIZE, ASK, user)));
    }

    @Test
    void givesTokensAfterConsent() {
        URI back = rig.consent(AUTHORIZE, ASK, "alice");
        assertThat(back.toString()).startsWith(Rig.CALLBACK + "&code=").endsWith("&state=s1");

        Answer answer = rig.post(TOKEN, exchange(Rig.parameter(back, "code")));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
        assertThat(answer.json().properties().stream().map(field -> field.getKey()))
                .containsExactlyInAnyOrder("access_token", "expires_in", "token_type", "scope", "refresh_token");
        assertThat(answer.field("scope")).isEqualTo("basic trade");
        String bearer = "Bearer " + answer.field("access_token");
        Answer me = rig.get("/cryptonit/apiv2/rest/users/funds", "Authorization", bearer);
        assertThat(me.field("owner")).isEqualTo("alice");
        assertThat(rig.get("/cryptonit/apiv2/rest/exchange/orders", "Authorization", bearer)
                        .status())
                .isEqualTo(200);
        assertThat(rig.get("/cryptonit/oauth2/tokens/" + answer.field("access_token"))
                        .field("user"))
                .isEqualTo("alice");
    }

    @Test
    void refreshesStrictlyByDefault() {
        String first = connect("alice").field("refresh_token");
        String form = "grant_type=refresh_token&refresh_token=" + first + CREDENTIALS;
        Answer renewed = rig.post(TOKEN, form);
        assertThat(renewed.field("refresh_token")).isNotEmpty().isNotEqualTo(first);

        Answer replay = rig.post(TOKEN, form);

        assertThat(replay.status()).isEqualTo(400);
        assertThat(replay.field("error")).isEqualTo("invalid_grant");
        assertThat(rig.get("/cryptonit/apiv2/rest/users/me", "Authorization", "Bearer " + renewed.field("access_token"))
                        .status())
                .isEqualTo(401);
        assertThat(rig.post(
                                TOKEN,
                                "grant_type=refresh_token&refresh_token=" + renewed.field("refresh_token")
                                        + CREDENTIALS)
                        .field("error"))
                .isEqualTo("invalid_grant");
    }

    @Test
    void tellsOfADenial() {
        ConsentBrowser browser = new ConsentBrowser();
        browser.get(rig.uri(AUTHORIZE + "?" + ASK));
        assertThat(browser.deny().status()).isEqualTo(303);
        URI back = browser.location().orElseThrow();
        assertThat(Rig.parameter(back, "error")).isEqualTo("access_denied");
        assertThat(Rig.parameter(back, "state")).isEqualTo("s1");
        assertThat(back.toString()).doesNotContain("code=");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            scope=basic%20trade | scope=           | invalid_scope
            scope=basic%20trade | scope=admin      | invalid_scope
            scope=basic%20trade | scope=basic%20%20trade | invalid_scope
            scope=basic%20trade | scope=basic,trade | invalid_scope
            response_type=code  | response_type=token | unsupported_response_type
            state=s1            | x=1              | invalid_request
            state=s1            | state=s1&scope=basic | invalid_request
            state=s1            | state=s1&nonce=n | invalid_request
            state=s1            | state=            | invalid_request
            state=s1            | state=s1&code_challenge=abc&code_challenge_method=plain | invalid_request
            state=s1            | state=s1&code_challenge=abc&code_challenge_method=S256 | invalid_request
            state=s1            | state=s1&code_challenge_method=S256 | invalid_request
            """)
    void redirectsAnErrorOfTheRequest(String part, String instead, String error) {
        Answer answer = rig.get(AUTHORIZE + "?" + ASK.replace(part, instead));

        assertThat(answer.status()).isEqualTo(303);
        assertThat(Rig.parameter(URI.create(answer.header("location")), "error"))
                .isEqualTo(error);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcallback",
                "redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcallback%3Ftenant%3DA",
                "redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2F.%2Fcallback%3Ftenant%3Da",
                "redirect_uri=",
                "x=y",
                "redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcallback%3Ftenant%3Da&redirect_uri=http%3A%2F%2Fevil.example"
            })
    void neverRedirectsToAnAddressThatIsNotRegistered(String redirect) {
        Answer answer = rig.get(AUTHORIZE + "?" + ASK.substring(0, ASK.indexOf("redirect_uri")) + redirect);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("location")).isEmpty();
    }

    @Test
    void refusesAnUnknownClientWithoutRedirect() {
        Answer answer = rig.get(AUTHORIZE + "?" + ASK.replace("client_id=app", "client_id=other"));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("location")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            &client_secret=pw | &client_secret=no | 401 | invalid_client
            &client_secret=pw | &x= | 400 | invalid_request
            &client_id=app&client_secret=pw | &client_id=app | 401 | invalid_client
            &client_id=app | &client_id=other | 401 | invalid_client
            grant_type=authorization_code | grant_type=client_credentials | 400 | invalid_request
            grant_type=authorization_code | grant_type=password | 400 | unsupported_grant_type
            grant_type=authorization_code | a=b | 400 | invalid_request
            &client_id=app | &client_id=app&client_id=app | 400 | invalid_request
            tenant%3Da | tenant%3DA | 400 | invalid_grant
            &code= | &code=x | 400 | invalid_grant
            &client_id=app | &code_verifier=0123456789012345678901234567890123456789012&client_id=app | 400 | invalid_grant
            """)
    void refusesATokenRequestThatIsNotAsDocumented(String part, String instead, int status, String error) {
        String form = exchange(rig.code(AUTHORIZE, ASK, "alice"));
        assertThat(form).contains(part);

        Answer answer = rig.post(TOKEN, form.replaceFirst(Pattern.quote(part), instead));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.field("error")).isEqualTo(error);
        assertThat(answer.text()).doesNotContain("access_token");
    }

    @Test
    void hasNoClientCredentials() {
        Answer answer = rig.post(TOKEN, "grant_type=client_credentials&scope=basic" + CREDENTIALS);
        assertThat(answer.field("error")).isEqualTo("unauthorized_client");
    }

    @Test
    void refusesBasicAuthentication() {
        String code = rig.code(AUTHORIZE, ASK, "alice");
        String form = "grant_type=authorization_code&code=" + code + "&redirect_uri=" + Rig.enc(Rig.CALLBACK);
        Answer answer = rig.post(TOKEN, form, "Authorization", Rig.basic("app", "pw"));
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.field("error")).isEqualTo("invalid_client");
        assertThat(answer.header("www-authenticate")).startsWith("Basic");
    }

    @Test
    void needsAUserAgentAFormAndPost() {
        String form = exchange(rig.code(AUTHORIZE, ASK, "alice"));
        assertThat(rig.post(TOKEN, form, "User-Agent", "").field("error_description"))
                .contains("User-Agent");
        assertThat(rig.send("POST", TOKEN, "{}", "Content-Type", "application/json")
                        .status())
                .isEqualTo(400);
        assertThat(rig.get(TOKEN + "?" + form).status()).isEqualTo(405);
        assertThat(rig.post(TOKEN + "?a=b", form).status()).isEqualTo(400);
        assertThat(rig.post("/cryptonit/oauth2/token", form).status()).isEqualTo(404);
        assertThat(rig.post(TOKEN, form).status()).as("nothing was spent").isEqualTo(200);
    }

    @Test
    void takesACodeOnceAndEndsItsTokensWhenItComesAgain() {
        String form = exchange(rig.code(AUTHORIZE, ASK, "alice"));
        Answer first = rig.post(TOKEN, form);
        assertThat(rig.post(TOKEN, form).field("error")).isEqualTo("invalid_grant");
        assertThat(rig.get("/cryptonit/apiv2/rest/users/me", "Authorization", "Bearer " + first.field("access_token"))
                        .status())
                .isEqualTo(401);
    }

    @Test
    void letsCodesAndTokensExpire() {
        String late = rig.code(AUTHORIZE, ASK, "alice");
        rig.clock().advance(Duration.ofSeconds(60));
        assertThat(rig.post(TOKEN, exchange(late)).field("error_description")).contains("expired");

        String access = connect("alice").field("access_token");
        rig.clock().advance(Duration.ofMinutes(60).minusSeconds(1));
        String path = "/cryptonit/apiv2/rest/users/me";
        assertThat(rig.get(path, "Authorization", "Bearer " + access).status()).isEqualTo(200);
        rig.clock().advance(Duration.ofSeconds(1));
        assertThat(rig.get(path, "Authorization", "Bearer " + access).status()).isEqualTo(401);
        assertThat(rig.get("/cryptonit/oauth2/tokens/" + access).status()).isEqualTo(404);
    }

    @Test
    void honoursPkce() {
        String verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"; // RFC 7636 Appendix B
        String ask = ASK + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
        String good = exchange(rig.code(AUTHORIZE, ask, "alice")) + "&code_verifier=" + verifier;
        String bad = exchange(rig.code(AUTHORIZE, ask, "alice")) + "&code_verifier=x" + verifier.substring(1);
        String none = exchange(rig.code(AUTHORIZE, ask, "alice"));

        assertThat(rig.post(TOKEN, good).status()).isEqualTo(200);
        assertThat(rig.post(TOKEN, bad).field("error")).isEqualTo("invalid_grant");
        assertThat(rig.post(TOKEN, none).field("error")).isEqualTo("invalid_grant");
    }

    @Test
    void guardsItsApi() {
        String ask = ASK.replace("scope=basic%20trade", "scope=trade");
        String access =
                rig.post(TOKEN, exchange(rig.code(AUTHORIZE, ask, "alice"))).field("access_token");
        String path = "/cryptonit/apiv2/rest/users/me";
        Answer wrongScope = rig.get(path, "Authorization", "Bearer " + access);
        assertThat(wrongScope.status()).isEqualTo(403);
        assertThat(wrongScope.header("www-authenticate")).contains("insufficient_scope");
        assertThat(rig.get(path + "?access_token=" + access).status()).isEqualTo(401);
        assertThat(rig.get(path, "Authorization", "Bearer nonsense").status()).isEqualTo(401);
        assertThat(rig.get(path, "Authorization", access).status()).isEqualTo(401);
    }
}
