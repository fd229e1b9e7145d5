package dev.latchkey.handshake.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.browser.Page;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.RawHttp;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A browser is sent only where the app has said beforehand, and the address is not ours to read in two ways. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class ReturnUrlTest {

    private static final String REGISTERED = "https://app.example.com/back";

    @Test
    @DisplayName("R79 no hostile return URL is taken, and none is redirected to")
    void hostile() {
        Story story = new Story().partner(Map.of());
        String secret = story.admin()
                .post("/apps", Map.of("id", "shop-" + story.mark(), "name", "s", "return_urls", List.of(REGISTERED)))
                .expect(201)
                .text("secret");
        BrokerApi app = BrokerApi.as(BrokerStack.broker(), "shop-" + story.mark(), secret);

        app.post("/connections", wish(story, REGISTERED)).expect(201);
        for (String url : HOSTILE) {
            Answer answer = app.post("/connections", wish(story, url));
            assertThat(answer.status()).as(url).isEqualTo(400);
            assertThat(answer.code()).as(url).isEqualTo("redirect_uri_not_registered");
            assertThat(answer.header("Location")).as(url).isEmpty();
        }
    }

    private static Map<String, ?> wish(Story story, String url) {
        return Map.of("partner", story.partner(), "owner", "o", "scopes", List.of("read"), "return_url", url);
    }

    private static final List<String> HOSTILE = List.of(
            "https://app.example.com.evil/back",
            "https://app.example.com.evil.example/back",
            "https://app.example.com@evil.example/back",
            "https://user@app.example.com/back",
            "https://user:pw@app.example.com/back",
            "https://evil.example\\@app.example.com/back",
            "https://app.example.com\\.evil.example/back",
            "https:\\\\app.example.com\\back",
            "//app.example.com/back",
            "//evil.example/back",
            "https:///app.example.com/back",
            "https://app.example.com//back",
            "https://app.example.com/back/",
            "https://app.example.com/back/..",
            "https://app.example.com/x/../back",
            "https://app.example.com/;/../back",
            "https://app.example.com/back;/..",
            "https://app.example.com/%62ack",
            "https://app.example.com/back%2f",
            "https://app.example.com/back?",
            "https://app.example.com/back?x=y",
            "https://app.example.com/back#",
            "https://app.example.com/back#f",
            "https://app.example.com/back\t",
            "https://app.example.com/back\r\nX-Evil: 1",
            "https://app.example.com/back ",
            " https://app.example.com/back",
            "https://app.example.com:443/back",
            "https://app.example.com:8443/back",
            "http://app.example.com/back",
            "HTTPS://app.example.com/back",
            "https://APP.example.com/back",
            "https://\u0430pp.example.com/back",
            "https://xn--pp-6kc.example.com/back",
            "https://app\u3002example.com/back",
            "https://app.example.com./back",
            "http://localhost/back",
            "http://127.0.0.1/back",
            "javascript:alert(1)",
            "JavaScript://app.example.com/back",
            "DATA:text/html,x",
            "data:text/html;base64,PHNjcmlwdD4=",
            "/back",
            "back",
            "x");

    @Test
    @DisplayName("R80 a native app chooses its port on loopback when it asks, and nothing else")
    void loopbackPort() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("native");

        app.api()
                .post("/connections", wish(story, Story.RETURN_URL.replace(":9/", ":49152/")))
                .expect(201);
        for (String url : List.of(
                Story.RETURN_URL.replace("127.0.0.1:9", "127.0.0.1.evil.example:9"),
                Story.RETURN_URL.replace("127.0.0.1:9", "localhost:9"),
                Story.RETURN_URL.replace("http://", "https://"),
                Story.RETURN_URL + "x")) {
            assertThat(app.api().post("/connections", wish(story, url)).code())
                    .as(url)
                    .isEqualTo("redirect_uri_not_registered");
        }
    }

    @Test
    @DisplayName("R82 encoded line ends in a return URL stay encoded")
    void encodedLineEnds() {
        String url = "https://app.example.com/back?a=%0d%0aX-Evil:%201%0d%0a%0d%0ahello&b=%E0%B4%8A%C4%8A";
        Story story = new Story().partner(Map.of());
        String secret = story.admin()
                .post("/apps", Map.of("id", "shop-" + story.mark(), "name", "s", "return_urls", List.of(url)))
                .expect(201)
                .text("secret");
        Story.App app = new Story.App(
                "shop-" + story.mark(), secret, BrokerApi.as(BrokerStack.broker(), "shop-" + story.mark(), secret));
        String connection =
                app.api().post("/connections", wish(story, url)).expect(201).text("id");
        story.approver().post("/connections/" + connection + "/approve").expect(200);
        Flow flow = Flow.begun(story, app, connection);

        Page page = flow.browser().get(flow.callback());

        assertThat(page.status()).isEqualTo(303);
        assertThat(page.header("location").orElseThrow()).startsWith(url + "&connection=" + connection + "&handle=");
        assertThat(page.headers()).doesNotContainKey("x-evil");
        assertThat(page.body()).doesNotContain("hello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "error=%0d%0aX-Evil:%201",
                "error=access_denied&error_description=%0d%0aX-Evil:%201%0d%0a%0d%0ahello",
                "error=access_denied&error_uri=%0aX-Evil:%201",
                "error=access_denied%C4%8D%C4%8AX-Evil:%201",
                "error=access_denied&x%0d%0aX-Evil=1",
                "error=access_denied&error_description=%E5%98%8D%E5%98%8AX-Evil:%201",
                "code=%0d%0aX-Evil:%201",
                "code=%C4%8D%C4%8AX-Evil:%201"
            })
    @DisplayName("R82 line ends in what a partner sends split no header")
    void lineEndsOfAPartner(String query) {
        Flow flow = Flow.begun();
        String cookie = flow.cookieName() + "=" + flow.cookie();

        String answer = RawHttp.get(
                BrokerStack.broker(),
                "/callback/" + flow.story().partner() + "?" + query + "&state=" + flow.state(),
                "Cookie: " + cookie);

        assertThat(RawHttp.status(answer)).isIn(303, 400, 502);
        assertThat(answer).doesNotContain("X-Evil").doesNotContain("hello");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%0d%0aX-Evil:%201", "%00", "%C4%8AX-Evil:%201", "%E5%98%8AX-Evil:%201"})
    @DisplayName("R82 line ends in a state or a link split no header")
    void lineEndsOfABrowser(String text) {
        String partner = new Story().partner(Map.of()).partner();
        for (String target : List.of(
                "/callback/" + partner + "?code=a&state=" + text,
                "/callback/" + text + "?code=a&state=b",
                "/connect/" + text,
                "/connect/" + "A".repeat(43) + "?x=" + text)) {
            String answer = RawHttp.get(BrokerStack.broker(), target);
            assertThat(RawHttp.status(answer)).as(target).isIn(400, 404);
            assertThat(answer).as(target).doesNotContain("X-Evil");
        }
    }
}
