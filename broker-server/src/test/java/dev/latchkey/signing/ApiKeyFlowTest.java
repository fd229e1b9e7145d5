package dev.latchkey.signing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.signing.KeyStory.Granted;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.CapturedLog;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** API keys from outside: through {@code sign} and {@code proxy}, against the sandbox. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class ApiKeyFlowTest {

    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String JSON = "application/json";
    private static final String LIST = call("user.account_list", "{}");
    private static final String WITHDRAW =
            call("account.withdraw", "{\"from_hash\":\"a\",\"to_hash\":\"b\",\"amount\":\"5\"}");

    @Test
    @DisplayName(
            "R119 Noones takes the sealed form, through the proxy and from the app itself; no log holds the key's secret")
    void noones() {
        KeyStory story = story("noones-hmac", "/noones/api");
        try (CapturedLog log = CapturedLog.of("dev.latchkey")) {
            Granted app = story.registered().granted();

            Answer proxied = app.proxy("offer/all", "type=buy&text=5+%25", FORM).expect(200);
            assertThat(proxied.json().at("/data/parameters/text/0").asText()).isEqualTo("5 %");
            Answer signed = app.sign(story.base() + "/user/me", "", FORM).expect(200);
            assertThat(sent(signed).at("/data/username").asText()).isEqualTo("sandbox");

            assertThat(log.text()).doesNotContain(story.secret());
            assertThat(signed.raw().body()).doesNotContain(story.secret());
        }
    }

    @Test
    @DisplayName("R119 the key can be changed: the next request is sealed with the new one")
    void rotation() {
        KeyStory story = story("noones-hmac", "/noones/api").registered();
        Granted app = story.granted();
        app.proxy("user/me", "", FORM).expect(200);

        story.rotate("key2", "another secret");

        app.proxy("user/me", "", FORM).expect(200);
        assertThat(app.sign(story.base() + "/user/me", "", FORM).text("body")).startsWith("apikey=key2&nonce=");
    }

    @Test
    @DisplayName("R118 a request beyond the partner's API, or with a seal of the app's own, is not signed")
    void notSigned() {
        KeyStory story = story("noones-hmac", "/noones/api").registered();
        Granted app = story.granted();

        assertThat(app.sign("http://127.0.0.1:1/noones/api/user/me", "", FORM).code())
                .isEqualTo("url_not_allowed");
        assertThat(app.sign(story.base() + "/../oauth2/token", "", FORM).code()).isEqualTo("url_not_allowed");
        assertThat(app.sign(story.base() + "/user/me", "nonce=1", FORM)
                        .expect(400)
                        .code())
                .isEqualTo("invalid_request");
        assertThat(app.proxy("user/me", "apiseal=00", FORM).expect(400).code()).isEqualTo("invalid_request");
        assertThat(app.app()
                        .post("/connections/" + app.connection() + "/token")
                        .expect(409)
                        .code())
                .isEqualTo("wrong_kind");
    }

    @Test
    @DisplayName("Cryptonex takes calls and batches, through the proxy and from the app itself, ids as they were")
    void cryptonex() {
        KeyStory story = story("cryptonex", "/cryptonex/api").registered();
        Granted app = story.granted("user.account_list", "transaction.list");

        Answer one = app.proxy("", LIST, JSON).expect(200);
        assertThat(one.json().at("/result/accounts/0/currency").asText()).isEqualTo("btc");
        String batch = "[" + LIST + ","
                + call("transaction.list", "{\"max_count\":10}").replace("7}", "\"x\"}") + "]";
        Answer two = app.proxy("", batch, JSON).expect(200);
        assertThat(two.json().at("/0/result").isObject()).isTrue();
        assertThat(two.json().at("/1/id").asText()).isEqualTo("x");
        Answer signed = app.sign(story.base().toString(), LIST, JSON).expect(200);
        assertThat(sent(signed).at("/result/accounts/0/currency").asText()).isEqualTo("btc");
        assertThat(app.proxy("", LIST, JSON).expect(200).json().has("result")).isTrue();
    }

    @Test
    @DisplayName("R117 each JSON-RPC method is granted by name: account.withdraw too, alone and in a batch")
    void methodByMethod() {
        KeyStory story = story("cryptonex", "/cryptonex/api").registered();
        Granted none = story.granted();
        Granted reader = story.granted("user.account_list");
        Granted trusted = story.granted("user.account_list", "account.withdraw");
        String base = story.base().toString();

        assertThat(none.proxy("", LIST, JSON).expect(403).code()).isEqualTo("method_not_granted");
        assertThat(none.sign(base, LIST, JSON).expect(403).code()).isEqualTo("method_not_granted");
        assertThat(reader.proxy("", WITHDRAW, JSON).expect(403).code()).isEqualTo("method_not_granted");
        assertThat(reader.sign(base, WITHDRAW, JSON).expect(403).code()).isEqualTo("method_not_granted");
        assertThat(reader.proxy("", "[" + LIST + "," + WITHDRAW + "]", JSON)
                        .expect(403)
                        .code())
                .isEqualTo("method_not_granted");
        assertThat(trusted.proxy("", WITHDRAW, JSON)
                        .expect(200)
                        .json()
                        .at("/result/confirm_type")
                        .asText())
                .isEqualTo("email");
    }

    @Test
    @DisplayName("R116 a lost answer is 504 outcome_unknown and is not sent again; the next call is taken")
    void lostAnswer() {
        KeyStory story = story("cryptonex", "/cryptonex/api").registered();
        Granted app = story.granted("account.withdraw");
        story.control()
                .fault(FaultOrder.at("cryptonex")
                        .client(story.key())
                        .endpoint("api")
                        .dropAfterCommit());
        long before = story.control().count("cryptonex", "api");

        Answer lost = app.proxy("", WITHDRAW, JSON).expect(504);

        assertThat(lost.code()).isEqualTo("outcome_unknown");
        assertThat(lost.header("Retry-After")).isNotEmpty();
        assertThat(story.control().count("cryptonex", "api")).isEqualTo(before + 1);
        assertThat(app.proxy("", WITHDRAW, JSON).expect(200).json().has("result"))
                .isTrue();
    }

    private static KeyStory story(String row, String api) {
        URI broker = BrokerStack.broker();
        return new KeyStory(
                row,
                broker,
                BrokerApi.as(broker, "admin", BrokerStack.PASSWORD),
                BrokerApi.as(broker, "approver", BrokerStack.PASSWORD),
                BrokerStack.sandbox(),
                api);
    }

    private static String call(String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\",\"params\":" + params + ",\"id\":7}";
    }

    /** The app sends what was signed, exactly so. */
    private static JsonNode sent(Answer signed) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(signed.text("url")))
                .method(signed.text("method"), BodyPublishers.ofString(signed.text("body")));
        signed.json()
                .path("headers")
                .properties()
                .forEach(
                        field -> request.header(field.getKey(), field.getValue().asText()));
        try (HttpClient http = HttpClient.newHttpClient()) {
            return new ObjectMapper()
                    .readTree(
                            http.send(request.build(), BodyHandlers.ofString()).body());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
