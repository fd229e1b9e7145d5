package dev.latchkey.handshake.connectionurl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.handshake.browser.Flow;
import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.browser.Page;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.CalledPartner;
import dev.latchkey.testkit.Story;
import dev.latchkey.testkit.TestHttp;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole way with a partner that calls us, and what an attacker can do on it. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class PartnerCallbackFlowTest {

    private final Story story = new Story();
    private final CalledPartner partner = CalledPartner.registered(story);

    @AfterEach
    void asDocumented() {
        story.control().settings(CalledPartner.SANDBOX_NAME, Map.of());
    }

    private Flow begun() {
        return begun(story);
    }

    private static Flow begun(Story story) {
        Story.App app = story.app("shop-" + UUID.randomUUID().toString().substring(0, 8));
        return Flow.begun(story, app, story.approved(app));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String callbackOf(Story story) {
        return BrokerStack.broker() + "/callback/" + story.partner();
    }

    @Test
    @DisplayName("a registration makes up what is ours, shows it once, and says where the partner has to call")
    void registration() {
        assertThat(partner.clientId()).matches("[A-Za-z0-9_-]{43}");
        assertThat(partner.clientSecret()).matches("[A-Za-z0-9_-]{43}").isNotEqualTo(partner.clientId());
        String path = "/partners/" + story.partner();
        Map<String, Object> change = Map.of(
                "catalog", "noiseaware", "name", "Noise", "settings", Map.of("endpoints", CalledPartner.endpoints()));

        Answer read = story.admin().get(path).expect(200);
        Answer changed = story.admin().put(path, change).expect(200);

        assertThat(List.of(read, changed)).allSatisfy(answer -> {
            assertThat(answer.text("connection_url"))
                    .isEqualTo(BrokerStack.broker() + "/connection-url/" + story.partner());
            assertThat(answer.text("redirect_uri")).isEqualTo(callbackOf(story));
            assertThat(answer.json().has("credentials")).isFalse();
            assertThat(answer.json().path("fingerprints").size()).isEqualTo(3);
            assertThat(answer.raw().body()).doesNotContain(partner.clientId(), partner.clientSecret());
        });
        assertThat(changed.json().path("fingerprints")).isEqualTo(read.json().path("fingerprints"));
    }

    @Test
    @DisplayName("credentials that an admin brings are taken and not shown; a changed one is what counts from then on")
    void ownCredentials() {
        Flow flow = begun();
        String path = "/partners/" + story.partner();
        Answer changed = story.admin()
                .put(
                        path,
                        Map.of(
                                "catalog",
                                "noiseaware",
                                "credentials",
                                Map.of("client_secret", "agreed-by-telephone"),
                                "settings",
                                Map.of("endpoints", CalledPartner.endpoints())))
                .expect(200);
        Map<String, Object> body = partner.body(Flow.parameter(flow.authorize(), "code"));

        assertThat(changed.json().has("credentials")).isFalse();
        assertThat(CalledPartner.call(story.partner(), body).code()).isEqualTo("invalid_client");
        body.put("client_secret", "agreed-by-telephone");
        CalledPartner.call(story.partner(), body).expect(200);
    }

    @Test
    @DisplayName(
            "R107 the browser, the partner's call and the browser again end in a token that goes bare into a header")
    void wholeWay() {
        Flow flow = begun();
        assertThat(Story.query(flow.authorize())).containsOnlyKeys("code", "id", "redirect");
        assertThat(Flow.parameter(flow.authorize(), "redirect")).isEqualTo(callbackOf(story));
        String handle = flow.handle();
        assertThat(flow.status()).isEqualTo("pending_confirmation");
        assertThat(story.token(flow.app(), flow.connection()).code()).isEqualTo("connection_not_active");
        flow.confirm(handle).expect(200);

        Answer token = story.token(flow.app(), flow.connection()).expect(200);

        assertThat(token.json().fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("token_type", "header_name", "access_token", "expires_in");
        assertThat(token.text("token_type")).isEqualTo("header");
        assertThat(token.text("header_name")).isEqualTo("authorization");
        assertThat(token.json().path("expires_in").asLong()).isBetween(800L, 900L);
        try (TestHttp http = new TestHttp()) {
            URI units = URI.create(BrokerStack.sandbox() + "/noiseaware-api/units");
            assertThat(http.get(units, token.text("access_token")).body()).contains("\"user-" + story.mark() + "\"");
        }
        assertThat(partner.tokenRequests()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"access_code", "accessCode", "code"})
    @DisplayName("the access code may come back under each of the three names that the document leaves open")
    void names(String name) {
        story.control().settings(CalledPartner.SANDBOX_NAME, Map.of("callback_parameter", name));
        Flow flow = begun();

        flow.confirm(flow.handle()).expect(200);

        assertThat(flow.status()).isEqualTo("active");
    }

    @Test
    @DisplayName("R109 a connection comes about although our answer got lost the first time")
    void lostAnswer() {
        story.control().settings(CalledPartner.SANDBOX_NAME, Map.of("lost_answers", 1));
        Flow flow = begun();

        flow.confirm(flow.handle()).expect(200);

        assertThat(story.approver()
                        .get("/audit?action=partner_called&actor=" + story.partner())
                        .json()
                        .path("items"))
                .hasSize(2);
    }

    @Test
    @DisplayName("a browser that comes back with anything but its access code has no way in")
    void wrongReturns() {
        Flow flow = begun();
        URI callback = flow.callback();
        String oneTimeCode = Flow.parameter(flow.authorize(), "code");

        for (String query : List.of(
                "",
                "access_code=",
                "access_code=x",
                "code=" + oneTimeCode,
                "state=x",
                "error=access_denied",
                callback.getRawQuery().replace("access_code", "token"),
                callback.getRawQuery() + "x")) {
            Page page = flow.browser().get(flow.callbackWith(query));
            assertThat(page.status()).as(query).isEqualTo(400);
            assertThat(page.location()).isEmpty();
        }
        assertThat(partner.tokenRequests()).isZero();
        assertThat(flow.browser().get(callback).status()).isEqualTo(303);
        assertThat(flow.browser().get(callback)).as("R85 once").matches(Flow::isStateInvalid);
    }

    @Test
    @DisplayName("R108 a victim who consents for an attacker's link comes to nothing, and so does the attacker")
    void fixatedSession() {
        Flow attacker = begun();
        ConsentBrowser victim = new ConsentBrowser();

        victim.get(attacker.authorize());
        victim.allow("victim-" + story.mark());
        URI back = victim.location().orElseThrow();

        assertThat(victim.get(back)).matches(Flow::isStateInvalid);
        assertThat(attacker.browser()
                        .get(attacker.callbackWith("code=" + Flow.parameter(attacker.authorize(), "code"))))
                .matches(Flow::isStateInvalid);
        assertThat(partner.tokenRequests()).isZero();
        assertThat(attacker.status()).isEqualTo("authorizing");
        assertThat(story.token(attacker.app(), attacker.connection()).code()).isEqualTo("connection_not_active");
        assertThat(attacker.confirm("x".repeat(43)).code()).isEqualTo("initiator_mismatch");
        assertThat(story.approver()
                        .get("/audit?action=partner_called&connection=" + attacker.connection())
                        .json()
                        .path("items"))
                .as("the call is on record")
                .hasSize(1);
    }

    @Test
    @DisplayName(
            "R71 an access code works in the browser that began, and in no other, with a flow of its own or without")
    void otherBrowser() {
        Flow mine = begun();
        Flow theirs = begun();
        URI callback = mine.callback();

        assertThat(theirs.browser().get(callback)).matches(Flow::isStateInvalid);
        assertThat(new ConsentBrowser().get(callback)).matches(Flow::isStateInvalid);

        assertThat(partner.tokenRequests()).isZero();
        mine.confirm(Flow.handleOf(mine.browser().get(callback))).expect(200);
        assertThat(theirs.status()).isEqualTo("authorizing");
    }

    @Test
    @DisplayName(
            "R72 a partner that knows its access code and sends the browser on to an honest one gets no code of that")
    void bouncesToAnHonestPartner() {
        Story honest = new Story().partner(Map.of());
        Flow flow = begun();
        String accessCode = partner.call(Flow.parameter(flow.authorize(), "code"))
                .expect(200)
                .text("access_code");
        URI bounced = URI.create(honest.at("authorize") + "?response_type=code&client_id=" + honest.clientId()
                + "&redirect_uri=" + encoded(callbackOf(honest)) + "&scope=read&state=" + accessCode);

        URI callback = flow.callback(bounced);

        assertThat(callback.getPath()).isEqualTo("/callback/" + honest.partner());
        assertThat(flow.browser().get(callback)).matches(Flow::isStateInvalid);
        assertThat(honest.control().count(honest.sandboxName(), "token")).isZero();
        assertThat(partner.tokenRequests()).isZero();
    }

    @Test
    @DisplayName(
            "R72 an authorization endpoint that sends the browser on to a partner that calls us wins nothing there")
    void bouncesToACallingPartner() {
        Flow flow = Flow.begun();
        String state = flow.state();
        URI bounced = URI.create(BrokerStack.sandbox() + "/noiseaware/authorize?code=" + state + "&id=partner-"
                + story.mark() + "&redirect=" + encoded(callbackOf(story)));
        flow.browser().get(bounced);
        flow.browser().allow("user-" + story.mark());

        assertThat(flow.browser().location())
                .as("the ConnectionURL knows no such code")
                .isEmpty();
        for (String name : List.of("access_code", "accessCode", "code")) {
            URI forged = URI.create(callbackOf(story) + "?" + name + "=" + state);
            assertThat(flow.browser().get(forged)).matches(Flow::isStateInvalid);
        }
        assertThat(partner.tokenRequests()).isZero();
        assertThat(flow.tokenRequests()).isZero();
    }

    @Test
    @DisplayName("R72 a registration that borrows another one's consent page gets nothing from there")
    void borrowsAConsentPage() {
        Story attacker = new Story();
        CalledPartner borrowed = CalledPartner.registered(attacker);
        Flow flow = begun(attacker);
        URI forged = URI.create(
                flow.authorize().toString().replace("partner-" + attacker.mark(), "partner-" + story.mark()));

        flow.browser().get(forged);
        flow.browser().allow("user-" + story.mark());

        assertThat(flow.browser().page().status())
                .as("called at the honest ConnectionURL")
                .isEqualTo(502);
        assertThat(flow.browser().location()).isEmpty();
        assertThat(borrowed.tokenRequests() + partner.tokenRequests()).isZero();
    }

    @Test
    @DisplayName("R73 an access code of the attacker's own flow opens nothing in a victim's browser")
    void injectedAccessCode() {
        Flow attacker = begun();
        URI stolen = attacker.callback();
        Flow victim = begun();

        assertThat(victim.browser().get(stolen)).matches(Flow::isStateInvalid);
        assertThat(partner.tokenRequests()).isZero();
        victim.confirm(victim.handle()).expect(200);
    }

    @Test
    @DisplayName("a partner of this kind is a file of ten lines in the operator's folder")
    void anotherPartner() {
        Story elsewhere = new Story();
        CalledPartner.registered(elsewhere, "quietly");
        Flow flow = begun(elsewhere);

        flow.confirm(flow.handle()).expect(200);

        Answer token = elsewhere.token(flow.app(), flow.connection()).expect(200);
        assertThat(token.text("header_name")).isEqualTo("X-Quiet");
    }
}
