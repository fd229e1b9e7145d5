package dev.latchkey.sandbox.oauth1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.testkit.Answer;
import dev.latchkey.sandbox.testkit.Rig;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Cryptonit's OAuth 1.0a as its page has it, and the generic one. */
final class OAuth1ServerTest {

    private static final String REQUEST = "/cryptonit/oauth/request_token";
    private static final String ACCESS = "/cryptonit/oauth/access_token";
    private static final String ME = "/cryptonit/apiv2/rest/users/me";
    private static final String TERMS = "/cryptonit/apiv2/rest/affiliates/terms";
    private static final String USER = "/cryptonit/apiv2/rest/affiliates/user";
    private static final String GENERIC = "generic/alpha";

    /** What a token endpoint answered. */
    private record Token(String value, String secret, String all) {}

    private final Rig rig = new Rig();
    private final SigningClient client = new SigningClient(rig);

    @BeforeEach
    void register() {
        rig.control().registerConsumer("cryptonit", "ck", "cs&%", Rig.CALLBACK);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private Token requestToken() {
        Answer answer = client.get(REQUEST, client.parameters("ck", "oauth_callback", Rig.CALLBACK), "cs&%", "");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return form(answer.text());
    }

    private static Token form(String text) {
        URI uri = URI.create("http://x/?" + text);
        return new Token(Rig.parameter(uri, "oauth_token"), Rig.parameter(uri, "oauth_token_secret"), text);
    }

    private URI consented(String requestToken) {
        ConsentBrowser browser = new ConsentBrowser();
        browser.get(rig.uri("/cryptonit/oauth/authorize?oauth_token=" + requestToken));
        browser.allow("alice");
        return browser.location().orElseThrow();
    }

    private Answer exchange(Token token, String verifier) {
        return client.get(
                ACCESS,
                client.parameters("ck", "oauth_token", token.value(), "oauth_verifier", verifier),
                "cs&%",
                token.secret());
    }

    private Token connected() {
        Token token = requestToken();
        String verifier = Rig.parameter(consented(token.value()), "oauth_verifier");
        return form(exchange(token, verifier).text());
    }

    private long rejections(String reason) {
        return rig.control().rejections("cryptonit", reason);
    }

    @Test
    void walksThreeLegs() {
        Token token = requestToken();
        assertThat(token.all()).contains("oauth_callback_confirmed=true");
        URI back = consented(token.value());
        assertThat(back.toString()).startsWith(Rig.CALLBACK + "&");
        assertThat(Rig.parameter(back, "oauth_token")).isEqualTo(token.value());
        Token access =
                form(exchange(token, Rig.parameter(back, "oauth_verifier")).text());

        Answer me = client.get(
                ME, client.parameters("ck", "oauth_token", access.value(), "q", "a b~*ü"), "cs&%", access.secret());

        assertThat(me.field("owner")).isEqualTo("alice");
        assertThat(rig.control().count("cryptonit", "request_token")).isEqualTo(1);
        assertThat(rig.control().count("cryptonit", "access_token")).isEqualTo(1);
        rig.control().endOAuth1Tokens("cryptonit", "alice");
        assertThat(client.get(ME, client.parameters("ck", "oauth_token", access.value()), "cs&%", "x")
                        .status())
                .isEqualTo(401);
    }

    @Test
    void takesAVerifierOnceAndOnlyTheRightOne() {
        Token token = requestToken();
        String verifier = Rig.parameter(consented(token.value()), "oauth_verifier");

        assertThat(exchange(token, "wrong").text()).isEqualTo("oauth_problem=verifier_invalid");
        assertThat(exchange(token, verifier).status()).isEqualTo(200);
        assertThat(exchange(token, verifier).text()).isEqualTo("oauth_problem=token_rejected");
        assertThat(rejections("verifier is not the one of this token")).isEqualTo(1);
    }

    @Test
    void sendsADenialBack() {
        Token token = requestToken();
        ConsentBrowser browser = new ConsentBrowser();
        browser.get(rig.uri("/cryptonit/oauth/authorize?oauth_token=" + token.value()));
        browser.deny();

        assertThat(browser.location().orElseThrow().toString()).isEqualTo(Rig.CALLBACK + "&denied=" + token.value());
        assertThat(exchange(token, "any").status()).isEqualTo(401);
    }

    @Test
    void refusesEachForAReasonOfItsOwn() {
        Map<String, String> good = client.parameters("ck", "oauth_callback", Rig.CALLBACK);
        assertThat(client.get(REQUEST, good, "wrong", "").text()).isEqualTo("oauth_problem=signature_invalid");
        assertThat(client.get(REQUEST, good, "cs&%", "").status()).isEqualTo(200);
        assertThat(client.get(REQUEST, good, "cs&%", "").text()).isEqualTo("oauth_problem=nonce_used");
        assertThat(refused("nobody", "oauth_callback", Rig.CALLBACK)).isEqualTo("consumer_key_unknown");
        assertThat(refused("ck", "oauth_callback", Rig.CALLBACK + "x")).isEqualTo("parameter_rejected");
        assertThat(refused("ck", "oauth_callback", "oob")).isEqualTo("parameter_rejected");
        assertThat(refused("ck")).isEqualTo("parameter_absent");
        assertThat(refused("ck", "oauth_callback", Rig.CALLBACK, "oauth_signature_method", "HMAC-SHA256"))
                .isEqualTo("signature_method_rejected");
        assertThat(refused("ck", "oauth_callback", Rig.CALLBACK, "oauth_version", "2.0"))
                .isEqualTo("version_rejected");
        assertThat(rig.get(REQUEST).text()).isEqualTo("oauth_problem=parameter_absent");
        assertThat(rejections("nonce used twice")).isEqualTo(1);
    }

    private String refused(String key, String... more) {
        Answer answer = client.get(REQUEST, client.parameters(key, more), "cs&%", "");
        assertThat(answer.status()).isIn(400, 401);
        return answer.text().substring("oauth_problem=".length());
    }

    @Test
    void refusesTimestampsByItsOwnClock() {
        rig.control().oauth1Rules("cryptonit", Map.of("clock_ahead_seconds", 600));

        Answer answer = client.get(REQUEST, client.parameters("ck", "oauth_callback", Rig.CALLBACK), "cs&%", "");

        assertThat(answer.text()).isEqualTo("oauth_problem=timestamp_refused");
        assertThat(rejections("timestamp refused")).isEqualTo(1);
    }

    @Test
    void servesAffiliatesForPresetTokensOnly() {
        rig.control().registerPreset("cryptonit", "aff", "as", "at", "ats");
        Token ofUser = connected();

        assertThat(client.get(TERMS, client.parameters("aff", "oauth_token", "at"), "as", "ats")
                        .field("text"))
                .isNotEmpty();
        assertThat(client.get(TERMS, client.parameters("ck", "oauth_token", ofUser.value()), "cs&%", ofUser.secret())
                        .status())
                .isEqualTo(401);
        String account =
                "{\"account\":{\"name\":\"x-bob\",\"pass\":\"p\",\"mail\":\"b@x.example\",\"terms_of_use\":\"%s\"}}";
        assertThat(register(account.formatted("1")).json().path("created").asBoolean())
                .isTrue();
        assertThat(register(account.formatted("1")).json().path("created").asBoolean())
                .isFalse();
        assertThat(register(account.formatted("0")).status()).isEqualTo(400);
    }

    private Answer register(String body) {
        String query = client.signed("POST", USER, client.parameters("aff", "oauth_token", "at"), "as", "ats");
        return rig.send("POST", USER + "?" + query, body, "Content-Type", "application/json");
    }

    @Test
    void takesParametersWhereTheRulesSay() {
        rig.control().registerConsumer(GENERIC, "ck", "cs", Rig.CALLBACK);
        String path = "/generic/alpha/oauth1/request_token";
        for (String place : new String[] {"header", "query", "body"}) {
            rig.control().oauth1Rules(GENERIC, Map.of("signature_method", "HMAC-SHA256", "parameters_in", place));
            for (String used : new String[] {"header", "query", "body"}) {
                Map<String, String> parameters = client.parameters(
                        "ck", "oauth_callback", Rig.CALLBACK, "oauth_signature_method", "HMAC-SHA256");
                String signed = client.signed("POST", path, parameters, "cs", "");
                Answer answer = switch (used) {
                    case "header" -> rig.send("POST", path, "", "Authorization", SigningClient.header(signed));
                    case "query" -> rig.send("POST", path + "?" + signed, "");
                    default -> rig.post(path, signed);
                };
                assertThat(answer.status())
                        .as(used + " at " + place + " " + answer.text())
                        .isEqualTo(used.equals(place) ? 200 : 400);
            }
        }
    }

    @Test
    void doesNotConfirmTheCallbackIfToldSo() {
        rig.control().oauth1Rules("cryptonit", Map.of("callback_confirmed", "omitted"));
        assertThat(requestToken().all()).doesNotContain("confirmed");
        rig.control().oauth1Rules("cryptonit", Map.of("callback_confirmed", "false"));
        assertThat(requestToken().all()).contains("oauth_callback_confirmed=false");
    }

    @Test
    void forgetsRulesAndTokensOnReset() {
        rig.control().oauth1Rules("cryptonit", Map.of("callback_confirmed", "omitted"));
        Token access = connected();
        rig.control().reset();
        rig.control().registerConsumer("cryptonit", "ck", "cs&%", Rig.CALLBACK);

        assertThat(requestToken().all()).contains("confirmed=true");
        assertThat(client.get(ME, client.parameters("ck", "oauth_token", access.value()), "cs&%", access.secret())
                        .status())
                .isEqualTo(401);
    }
}
