package dev.latchkey.handshake.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.browser.Page;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** RFC 9207: the issuer that answers is the issuer that was asked. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class IssuerParameterTest {

    /** Texts that some comparison would take for the issuer. */
    enum Lookalike {
        TRAILING_SLASH(issuer -> issuer + "/"),
        UPPER_CASE_HOST(issuer -> issuer.replace("http://", "HTTP://")),
        UPPER_CASE(issuer -> issuer.toUpperCase(Locale.ROOT)),
        PERCENT_ENCODED(issuer -> issuer.replace("generic", "%67eneric")),
        ENCODED_AS_A_WHOLE(issuer -> URLEncoder.encode(issuer, StandardCharsets.UTF_8)),
        SPACE_BEHIND(issuer -> issuer + " "),
        FRAGMENT(issuer -> issuer + "#"),
        QUERY(issuer -> issuer + "?"),
        PREFIX(issuer -> issuer.substring(0, issuer.length() - 1)),
        LONGER(issuer -> issuer + "x"),
        LOCALHOST(issuer -> issuer.replace("127.0.0.1", "localhost"));

        private final UnaryOperator<String> change;

        Lookalike(UnaryOperator<String> change) {
            this.change = change;
        }
    }

    @Test
    @DisplayName("R76 the right issuer is let in")
    void right() {
        Flow flow = Flow.begun(withMetadata());
        URI callback = flow.callback();

        assertThat(Story.query(callback)).containsEntry("iss", issuer(flow.story()));
        assertThat(flow.browser().get(callback).status()).isEqualTo(303);
    }

    @ParameterizedTest
    @EnumSource(Lookalike.class)
    @DisplayName("R76 an issuer that only looks like it is refused before a token request")
    void lookalike(Lookalike lookalike) {
        Story story = withMetadata();
        String iss = lookalike.change.apply(issuer(story));
        assertThat(iss).isNotEqualTo(issuer(story));

        refuses(story, FaultOrder.at(story.sandboxName()).issText(iss));
    }

    @Test
    @DisplayName("R76 another issuer is refused before a token request")
    void wrong() {
        Story story = withMetadata();
        refuses(story, FaultOrder.at(story.sandboxName()).iss("wrong"));
    }

    @Test
    @DisplayName("R76 no issuer is refused where the metadata promise one")
    void missing() {
        Story story = withMetadata();
        refuses(story, FaultOrder.at(story.sandboxName()).iss("missing"));
    }

    @Test
    @DisplayName("R76 the right issuer twice is refused before a token request")
    void duplicate() {
        Story story = withMetadata();
        story.control().fault(FaultOrder.at(story.sandboxName()).iss("duplicate"));
        Flow flow = Flow.begun(story);

        Page page = flow.browser().get(flow.callback());

        assertThat(page.status()).isEqualTo(400);
        assertThat(page.location()).isEmpty();
        assertThat(flow.tokenRequests()).isZero();
    }

    @Test
    @DisplayName("R76 an error from the wrong issuer is not believed either")
    void errorOfAnother() {
        Story story = withMetadata();
        story.control().fault(FaultOrder.at(story.sandboxName()).iss("wrong"));
        Flow flow = Flow.begun(story);
        flow.browser().get(flow.authorize());
        flow.browser().deny();

        assertThat(flow.browser().follow()).matches(Flow::isStateInvalid);
    }

    @Test
    @DisplayName("R76 without a promise a missing issuer is let in, and a wrong one is not")
    void notPromised() {
        Story story = withMetadata(Map.of("iss_advertised", false, "iss", "missing"));
        Flow without = Flow.begun(story);
        assertThat(without.browser().get(without.callback()).status()).isEqualTo(303);

        story.control().settings(story.sandboxName(), Map.of("iss_advertised", false, "iss", "wrong"));
        Flow wrong = Flow.begun(story);
        assertThat(wrong.browser().get(wrong.callback())).matches(Flow::isStateInvalid);
        assertThat(wrong.tokenRequests()).isEqualTo(1);
    }

    private static void refuses(Story story, FaultOrder fault) {
        story.control().fault(fault);
        Flow flow = Flow.begun(story);

        assertThat(flow.browser().get(flow.callback())).matches(Flow::isStateInvalid);
        assertThat(flow.tokenRequests()).isZero();
        assertThat(flow.status()).isEqualTo("approved");
    }

    private static Story withMetadata() {
        return withMetadata(Map.of());
    }

    /** A story whose partner's metadata are read; its settings are there before they are. */
    private static Story withMetadata(Map<String, ?> settings) {
        Story story = new Story();
        story.control().settings(story.sandboxName(), settings);
        return story.partner(Map.of("issuer", issuer(story)), Map.of());
    }

    private static String issuer(Story story) {
        return BrokerStack.sandbox() + "/" + story.sandboxName();
    }
}
