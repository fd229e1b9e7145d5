package dev.latchkey.handshake.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.browser.Page;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.RawHttp;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a browser can bring back, and what becomes of it. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class CallbackTest {

    private static final String SCRIPT = "%3Cscript%3Ealert(1)%3C/script%3E";

    @Test
    @DisplayName("R81 the broker redirects by 303 only, and its redirects are neither stored nor told of")
    void seeOther() {
        Flow flow = Flow.begun();
        Page departure = flow.again().browser().page();
        Page arrival = flow.browser().get(flow.callback());
        Flow denied = Flow.begun();
        denied.browser().get(denied.authorize());
        denied.browser().deny();
        Page denial = denied.browser().follow();

        assertThat(List.of(departure, arrival, denial)).allSatisfy(page -> {
            assertThat(page.status()).isEqualTo(303);
            assertThat(page.header("cache-control").orElse("")).contains("no-store");
            assertThat(page.header("referrer-policy")).hasValue("no-referrer");
        });
    }

    @Test
    @DisplayName("R83 a user who says no goes back to the app, and the connection can be tried again")
    void denied() {
        Flow flow = Flow.begun();
        flow.browser().get(flow.authorize());
        flow.browser().deny();

        URI back = flow.browser().follow().location().orElseThrow();

        assertThat(back).hasToString(Story.RETURN_URL + "&connection=" + flow.connection() + "&error=access_denied");
        assertThat(flow.status()).isEqualTo("approved");
        assertThat(flow.tokenRequests()).isZero();
        Flow again = Flow.begun(flow.story(), flow.app(), flow.connection());
        again.confirm(again.handle()).expect(200);
    }

    @Test
    @DisplayName("R83 a partner's words are repeated nowhere")
    void wordsOfThePartner() {
        Flow flow = Flow.begun();

        Page page = flow.browser()
                .get(flow.callbackWith("error=access_denied&error_description=" + SCRIPT + "&error_uri=" + SCRIPT
                        + "&state=" + flow.state()));

        assertThat(page.status()).isEqualTo(303);
        assertThat(page.headers() + page.body()).doesNotContain("alert", "<script", "%3Cscript");
        assertThat(page.location().orElseThrow())
                .hasQuery("from=latchkey&connection=" + flow.connection() + "&error=access_denied");
        assertThat(flow.story()
                        .approver()
                        .get("/audit?connection=" + flow.connection())
                        .expect(200)
                        .raw()
                        .body())
                .contains("partner_denied")
                .doesNotContain("script>");
    }

    @Test
    @DisplayName("R83 an error that the partner has invented is told as server_error")
    void inventedError() {
        Flow flow = Flow.begun();

        Page page = flow.browser().get(flow.callbackWith("error=" + SCRIPT + "&state=" + flow.state()));

        assertThat(Story.query(page.location().orElseThrow())).containsEntry("error", "server_error");
        assertThat(page.headers() + page.body()).doesNotContain("alert", "<script", "%3Cscript");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "code=a&code=b&state=%s",
                "code=a&code=a&state=%s",
                "code=a&state=%1$s&state=%1$s",
                "code=a&state=%s&state=x",
                "code=a&error=access_denied&state=%s",
                "state=%s",
                "code=&state=%s",
                "code=a&iss=x&iss=y&state=%s",
                "code=a",
                "code=a&state=",
                "code=a&state=%%00%s",
                "code=a&state=%s%%ff",
                ""
            })
    @DisplayName("R84 parameters that come twice, contradict each other or are missing: 400, and no token request")
    void pollution(String query) {
        Flow flow = Flow.begun();

        Page page = flow.browser().get(flow.callbackWith(String.format(query, flow.state())));

        assertThat(page.status()).isEqualTo(400);
        assertThat(page.location()).isEmpty();
        assertThat(page.body()).doesNotContain(flow.state());
        assertThat(flow.tokenRequests()).isZero();
        flow.confirm(flow.handle()).expect(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH"})
    @DisplayName("R84 the callback is a GET")
    void method(String method) {
        Flow flow = Flow.begun();
        URI callback = flow.callback();
        String cookie = flow.cookieName() + "=" + flow.cookie();

        String answer = RawHttp.send(
                BrokerStack.broker(),
                method + " " + callback.getRawPath() + "?" + callback.getRawQuery() + " HTTP/1.1\r\nHost: "
                        + callback.getAuthority() + "\r\nCookie: " + cookie
                        + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        assertThat(RawHttp.status(answer)).isEqualTo(405);
        assertThat(flow.tokenRequests()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {5_000, 20_000, 65_536})
    @DisplayName("R84 a code without end is 414")
    void endlessCode(int length) {
        Flow flow = Flow.begun();

        String answer = RawHttp.get(
                BrokerStack.broker(),
                "/callback/" + flow.story().partner() + "?state=" + flow.state() + "&code=" + "a".repeat(length));

        assertThat(RawHttp.status(answer)).isEqualTo(414);
        assertThat(flow.tokenRequests()).isZero();
    }

    @Test
    @DisplayName("R85 a callback that is delivered 50 times at once asks for tokens once")
    void delivered50Times() {
        Flow flow = Flow.begun();
        URI callback = flow.callback();
        String cookie = flow.cookie();

        List<Page> pages = AtOnce.run(50, () -> {
            ConsentBrowser copy = new ConsentBrowser();
            copy.setCookie(BrokerStack.broker(), flow.cookieName(), cookie);
            return copy.get(callback);
        });

        assertThat(pages).filteredOn(page -> page.status() == 303).hasSize(1);
        assertThat(pages).filteredOn(Flow::isStateInvalid).hasSize(49);
        assertThat(flow.tokenRequests()).isEqualTo(1);
        Page good =
                pages.stream().filter(page -> page.status() == 303).findFirst().orElseThrow();
        flow.confirm(Flow.handleOf(good)).expect(200);
    }

    @Test
    @DisplayName("R85 the same callback again leaves the connection that it made alone")
    void replayed() {
        Flow flow = Flow.begun();
        URI callback = flow.callback();
        String handle = Flow.handleOf(flow.browser().get(callback));
        flow.confirm(handle).expect(200);

        assertThat(flow.browser().get(callback)).matches(Flow::isStateInvalid);
        assertThat(flow.tokenRequests()).isEqualTo(1);
        flow.story().token(flow.app(), flow.connection()).expect(200);
        assertThat(flow.status()).isEqualTo("active");
    }
}
