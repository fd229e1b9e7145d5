package dev.latchkey.handshake.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.browser.Page;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A flow belongs to the browser that began it. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class BrowserBindingTest {

    @Test
    @DisplayName("R70 another browser cannot bring a flow home, and does not end it")
    void otherBrowser() {
        Flow flow = Flow.begun();
        URI callback = flow.callback();

        assertThat(new ConsentBrowser().get(callback)).matches(Flow::isStateInvalid);
        assertThat(flow.tokenRequests()).isZero();
        assertThat(flow.browser().get(callback).status()).isEqualTo(303);
    }

    @Test
    @DisplayName("R70 without its cookie a browser is another browser")
    void droppedCookie() {
        Flow flow = Flow.begun();
        URI callback = flow.callback();
        flow.browser().dropCookies();

        assertThat(flow.browser().get(callback)).matches(Flow::isStateInvalid);
        assertThat(flow.tokenRequests()).isZero();
    }

    @Test
    @DisplayName("R70 a cookie that was tampered with is refused, as is the cookie of another flow")
    void tamperedCookie() {
        Flow flow = Flow.begun();
        Flow other = Flow.begun();
        URI callback = flow.callback();
        String own = flow.cookie();
        String foreign = other.cookie();
        String flipped = (own.startsWith("A") ? "B" : "A") + own.substring(1);

        for (String value : new String[] {flipped, foreign, own + "A", own.substring(1), "x", "%00"}) {
            ConsentBrowser forger = new ConsentBrowser();
            forger.setCookie(BrokerStack.broker(), flow.cookieName(), value);
            assertThat(forger.get(callback)).as(value).matches(Flow::isStateInvalid);
        }
        assertThat(flow.tokenRequests()).isZero();
    }

    @Test
    @DisplayName("R70 two tabs of one browser with two links both work")
    void twoLinks() {
        Flow first = Flow.begun();
        String secondConnection = first.story().approved(first.app(), "write");
        URI secondLink = first.story().connectUrl(first.app(), secondConnection);
        URI secondAuthorize = first.browser().get(secondLink).location().orElseThrow();
        Flow second =
                new Flow(first.story(), first.app(), secondConnection, secondLink, first.browser(), secondAuthorize);
        URI secondCallback = second.callback();
        URI firstCallback = first.callback();

        Page firstBack = first.browser().get(firstCallback);
        Page secondBack = first.browser().get(secondCallback);

        assertThat(Flow.parameter(firstBack.location().orElseThrow(), "connection"))
                .isEqualTo(first.connection());
        first.confirm(Flow.handleOf(firstBack)).expect(200);
        second.confirm(Flow.handleOf(secondBack)).expect(200);
    }

    @Test
    @DisplayName("R70 of two tabs with one link either may come home, and the first that does ends the other")
    void oneLinkTwice() {
        Flow first = Flow.begun();
        Flow second = first.again();
        URI firstCallback = first.callback();
        URI secondCallback = second.callback();

        assertThat(first.browser().get(firstCallback).status()).isEqualTo(303);
        assertThat(first.browser().get(secondCallback)).matches(Flow::isStateInvalid);
        assertThat(first.tokenRequests()).isEqualTo(1);
    }

    @Test
    @DisplayName("R71 a link that one browser has opened is no link for another")
    void openedLink() {
        Flow flow = Flow.begun();

        assertThat(new ConsentBrowser().get(flow.link())).matches(Flow::isStateInvalid);
        assertThat(flow.again().state()).isNotEqualTo(flow.state());
    }

    @Test
    @DisplayName("R71 a link that was never made is answered like one that has ended")
    void unknownLink() {
        for (String path : new String[] {"A".repeat(43), "A".repeat(42), "x", "A".repeat(44)}) {
            URI link = URI.create(BrokerStack.broker() + "/connect/" + path);
            assertThat(new ConsentBrowser().get(link)).as(path).matches(Flow::isStateInvalid);
        }
    }

    @Test
    @DisplayName("R87 the cookie is for this host and http only, lax, ten minutes, and cleared on use")
    void cookie() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        Flow flow = Flow.begun(story, app, story.approved(app, "read"));
        String set = new ConsentBrowser()
                .get(story.connectUrl(app, flow.connection()))
                .header("set-cookie")
                .orElseThrow();

        assertThat(set.split("; "))
                .hasSize(5)
                .contains("Path=/", "Max-Age=600", "HttpOnly", "SameSite=Lax")
                .anyMatch(part -> part.matches("latchkey-[0-9a-f-]{36}=[A-Za-z0-9_-]{43}"));
        String name = flow.cookieName();
        String cleared =
                flow.browser().get(flow.callback()).header("set-cookie").orElseThrow();
        assertThat(cleared.split("; ")).contains(name + "=", "Path=/", "Max-Age=0", "HttpOnly", "SameSite=Lax");
        assertThat(flow.browser().cookies(flow.link())).doesNotContainKey(name);
    }

    @Test
    @DisplayName("R88 a connection has at most 20 links that live")
    void bounded() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.approved(app, "read");
        for (int i = 0; i < 20; i++) {
            story.connectUrl(app, connection);
        }

        Answer refused = app.api().post("/connections/" + connection + "/connect-url");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("rate_limited");
        assertThat(refused.header("Retry-After")).isNotEmpty();
    }
}
