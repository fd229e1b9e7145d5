package dev.latchkey.sandbox.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.sandbox.testkit.GenericFlow;
import dev.latchkey.sandbox.testkit.MutableClock;
import dev.latchkey.sandbox.testkit.Rig;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ConsentBrowserTest {

    private final Rig rig = new Rig();
    private final ConsentBrowser browser = new ConsentBrowser();

    @AfterEach
    void stop() {
        rig.close();
    }

    private URI authorize() {
        GenericFlow flow = new GenericFlow(rig);
        flow.settings(Map.of());
        return rig.uri(GenericFlow.AUTHORIZE + "?" + GenericFlow.ASK);
    }

    @Test
    void consentsAndStopsAtTheRedirect() {
        Page page = browser.get(authorize());
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("content-security-policy").orElseThrow()).contains("frame-ancestors 'none'");
        assertThat(browser.allow("alice").status()).isEqualTo(303);
        assertThat(browser.location().orElseThrow().toString()).startsWith(Rig.CALLBACK + "&code=");
        assertThat(browser.followWithin(rig.base()).status()).isEqualTo(303);
    }

    @Test
    void cannotSendAnotherBrowsersForm() {
        browser.get(authorize());
        Form form = browser.page().forms().getFirst();
        ConsentBrowser thief = new ConsentBrowser();
        thief.get(authorize());

        assertThat(thief.submit(form, Map.of("user", "eve", "decision", "allow"))
                        .status())
                .isEqualTo(403);
        browser.dropCookies();
        assertThat(browser.allow("alice").status()).isEqualTo(403);
    }

    @Test
    void cannotSendAFormTwiceOrForgedOrLate() {
        browser.get(authorize());
        Form form = browser.page().forms().getFirst();
        assertThat(browser.submit(form, Map.of("user", "a", "decision", "allow", "csrf", "x"))
                        .status())
                .isEqualTo(403);
        assertThat(browser.submit(form, Map.of("user", " ", "decision", "allow"))
                        .status())
                .isEqualTo(400);
        assertThat(browser.submit(form, Map.of("user", "a", "decision", "allow"))
                        .status())
                .isEqualTo(303);
        assertThat(browser.submit(form, Map.of("user", "a", "decision", "allow"))
                        .status())
                .isEqualTo(400);

        browser.get(authorize());
        rig.clock().advance(Duration.ofMinutes(11));
        assertThat(browser.allow("alice").status()).isEqualTo(400);
    }

    @Test
    void followsRedirectsOnlyWhenTold() {
        rig.control()
                .fault(FaultOrder.at(GenericFlow.PARTNER).endpoint("metadata").redirect(302, "/generic/alpha/jwks"));
        rig.control().settings(GenericFlow.PARTNER, Map.of());
        browser.get(rig.uri("/.well-known/oauth-authorization-server/generic/alpha"));
        assertThat(browser.page().status()).isEqualTo(302);
        assertThat(browser.followAll().body()).contains("keys");
        assertThatThrownBy(browser::follow).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void readsFormsAsServersWriteThem() {
        Form form = Form.allIn(
                        "<FORM id=f method='POST' action='go?a=1&amp;b=2'><input value=\"&quot;x&#39;&#x3c;\" name=one type=hidden>"
                                + "<input type=checkbox name=off><input type=checkbox name=on value=1 checked>"
                                + "<input type=submit name=button value=b></FORM>",
                        URI.create("http://h/d/page?q=1"))
                .getFirst();
        assertThat(form.action()).hasToString("http://h/d/go?a=1&b=2");
        assertThat(form.method()).isEqualTo("POST");
        assertThat(form.fields()).isEqualTo(Map.of("one", "\"x'<", "on", "1"));
        assertThat(Addresses.resolve(URI.create("http://h/d/page?q=1"), "?x=2")).hasToString("http://h/d/page?x=2");
    }

    @Test
    void keepsCookiesByHostAndPath() {
        MutableClock clock = new MutableClock();
        CookieJar jar = new CookieJar(clock);
        URI site = URI.create("http://127.0.0.1:8080/a/b");
        jar.store(site, "plain=1");
        jar.store(site, "all=2; Path=/; Max-Age=60");
        jar.store(site, "__Host-good=3; Path=/; Secure; HttpOnly");
        jar.store(site, "__Host-bad=4; Path=/a; Secure");
        jar.store(site, "__Secure-bad=5; Path=/");
        jar.store(site, "foreign=6; Domain=example.org");
        jar.store(URI.create("http://example.org/"), "secure=7; Secure");

        assertThat(jar.sentTo(site)).isEqualTo(Map.of("plain", "1", "all", "2", "__Host-good", "3"));
        assertThat(jar.sentTo(URI.create("http://127.0.0.1:9090/ab")))
                .isEqualTo(Map.of("all", "2", "__Host-good", "3"));
        assertThat(jar.sentTo(URI.create("http://example.org/"))).isEmpty();
        clock.advance(Duration.ofSeconds(60));
        assertThat(jar.sentTo(site)).doesNotContainKey("all");
        jar.store(site, "plain=; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
        jar.store(site, "__Host-good=; Path=/; Secure; Max-Age=0");
        assertThat(jar.sentTo(site)).isEmpty();
    }
}
