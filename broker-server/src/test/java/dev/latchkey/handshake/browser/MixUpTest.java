package dev.latchkey.handshake.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.browser.Page;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A code goes only to the partner that issued it, and only in the flow that it was issued for. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class MixUpTest {

    @Test
    @DisplayName("R72 a partner that sends the browser on to an honest one never sees the honest one's code")
    void bouncedToAnHonestPartner() {
        Story honest = new Story().partner(Map.of());
        Flow flow = Flow.begun();
        URI bounced = URI.create(honest.at("authorize") + "?response_type=code&client_id=" + honest.clientId()
                + "&redirect_uri=" + encoded(callbackOf(honest)) + "&scope=read&state=" + flow.state());

        URI callback = flow.callback(bounced);

        assertThat(callback.getPath()).isEqualTo("/callback/" + honest.partner());
        assertThat(flow.browser().get(callback)).matches(Flow::isStateInvalid);
        assertThat(flow.tokenRequests()).isZero();
        assertThat(honest.control().count(honest.sandboxName(), "token")).isZero();
    }

    @Test
    @DisplayName("R72 a registration that names an honest partner's authorization endpoint gets no code from there")
    void borrowedAuthorizationEndpoint() {
        Story honest = new Story().partner(Map.of());
        Story attacker = new Story().partner(Map.of("authorization_endpoint", honest.at("authorize")), Map.of());
        Flow flow = Flow.begun(attacker);

        // The honest partner knows neither this redirect URI nor this client: a page, and no redirect.
        Page asked = flow.browser().get(flow.authorize());
        assertThat(asked.status()).isEqualTo(400);
        assertThat(asked.location()).isEmpty();

        URI forged = URI.create(flow.authorize()
                .toString()
                .replace("client_id=" + attacker.clientId(), "client_id=" + honest.clientId())
                .replace(encoded(callbackOf(attacker)), encoded(callbackOf(honest))));
        URI callback = flow.callback(forged);

        assertThat(callback.getPath()).isEqualTo("/callback/" + honest.partner());
        assertThat(flow.browser().get(callback)).matches(Flow::isStateInvalid);
        assertThat(attacker.control().count(attacker.sandboxName(), "token")).isZero();
        assertThat(honest.control().count(honest.sandboxName(), "token")).isZero();
    }

    @Test
    @DisplayName("R73 a forged callback opens nothing: without a flow, and in the middle of another one")
    void forgedCallback() {
        Flow attacker = Flow.begun();
        String query = attacker.callback().getRawQuery();
        Flow victim = Flow.begun(attacker.story());
        ConsentBrowser idle = new ConsentBrowser();

        for (String forged : List.of(
                query,
                query.replace(attacker.state(), "A".repeat(43)),
                query.replaceAll("&?state=[^&]*", ""),
                query.replace("state=" + attacker.state(), "state="))) {
            assertThat(idle.get(attacker.callbackWith(forged))).matches(Flow::isStateInvalid);
            assertThat(victim.browser().get(victim.callbackWith(forged))).matches(Flow::isStateInvalid);
        }

        assertThat(attacker.tokenRequests()).isZero();
        assertThat(victim.status()).isEqualTo("authorizing");
        victim.confirm(victim.handle()).expect(200);
    }

    @Test
    @DisplayName(
            "R73 a stolen code with the victim's own state fails at the partner, since the verifier is another one")
    void injectedCode() {
        Flow thief = Flow.begun();
        String stolen = Flow.parameter(thief.callback(), "code");
        Flow victim = Flow.begun(thief.story());

        Page page = victim.browser().get(victim.callbackWith("code=" + stolen + "&state=" + victim.state()));

        assertThat(page.status()).isEqualTo(502);
        assertThat(page.body()).contains("partner_bad_response").doesNotContain(stolen);
        assertThat(victim.status()).isEqualTo("approved");
        assertThat(thief.tokenRequests()).isEqualTo(1);
    }

    @Test
    @DisplayName("R74 every registration has a redirect URI of its own, and a flow comes home to its own only")
    void matrix() {
        List<Flow> flows = Stream.generate(Flow::begun).limit(4).toList();
        List<URI> callbacks = flows.stream().map(Flow::callback).toList();
        assertThat(callbacks).extracting(URI::getPath).doesNotHaveDuplicates();

        for (int i = 0; i < flows.size(); i++) {
            for (int j = 0; j < flows.size(); j++) {
                if (i != j) {
                    URI swapped = flows.get(j).callbackWith(callbacks.get(i).getRawQuery());
                    assertThat(flows.get(i).browser().get(swapped)).matches(Flow::isStateInvalid);
                }
            }
        }
        assertThat(flows).allMatch(flow -> flow.tokenRequests() == 0);

        for (int i = 0; i < flows.size(); i++) {
            assertThat(flows.get(i).browser().get(callbacks.get(i)).status()).isEqualTo(303);
        }
    }

    private static String callbackOf(Story story) {
        return BrokerStack.broker() + "/callback/" + story.partner();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
