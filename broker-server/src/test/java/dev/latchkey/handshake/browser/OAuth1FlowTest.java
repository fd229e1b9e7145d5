package dev.latchkey.handshake.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.audit.Actor;
import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.browser.Page;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.sandbox.client.SeenRequest;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OAuth 1.0a as users, apps and attackers see it, over the broker's own HTTP. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class OAuth1FlowTest {

    @Inject
    FlowTables tables;

    @Inject
    DataSource database;

    @Inject
    HandshakeJob sweep;

    /** Registers a story's own generic OAuth 1.0a partner. */
    private static Story registered(Map<String, String> endpoints) {
        Story story = new Story();
        register(story, "oauth1", endpoints(story, endpoints));
        story.control()
                .registerConsumer(
                        story.sandboxName(),
                        story.clientId(),
                        story.clientSecret(),
                        BrokerStack.broker() + "/callback/" + story.partner());
        return story;
    }

    private static Map<String, String> endpoints(Story story, Map<String, String> others) {
        Map<String, String> all = new TreeMap<>(Map.of(
                "request_token_endpoint", story.at("oauth1/request_token"),
                "authorization_endpoint", story.at("oauth1/authorize"),
                "access_token_endpoint", story.at("oauth1/access_token"),
                "api_base", story.at("oauth1/api")));
        all.putAll(others);
        return all;
    }

    private static void register(Story story, String catalog, Map<String, String> endpoints) {
        Answer answer = story.admin()
                .post(
                        "/partners",
                        Map.of(
                                "id",
                                story.partner(),
                                "catalog",
                                catalog,
                                "credentials",
                                Map.of("consumer_key", story.clientId(), "consumer_secret", story.clientSecret()),
                                "settings",
                                Map.of("endpoints", endpoints)))
                .expect(201);
        assertThat(answer.text("redirect_uri")).isEqualTo(BrokerStack.broker() + "/callback/" + story.partner());
    }

    private static Flow begun(Story story) {
        Story.App app = story.app("shop-" + Math.abs(System.nanoTime() % 1_000_000));
        return Flow.begun(story, app, story.approved(app));
    }

    private static long accessTokenCalls(Story story) {
        return story.control().count(story.sandboxName(), "access_token");
    }

    private static String requestToken(Flow flow) {
        return Flow.parameter(flow.authorize(), "oauth_token");
    }

    @Test
    @DisplayName("walks the three legs of the generic row, and hands out no token")
    void generic() {
        Flow flow = begun(registered(Map.of()));

        flow.confirm(flow.handle()).expect(200);

        assertThat(flow.status()).isEqualTo("active");
        assertThat(accessTokenCalls(flow.story())).isEqualTo(1);
        Answer token = flow.story().token(flow.app(), flow.connection());
        assertThat(token.status()).isEqualTo(409);
        assertThat(token.code()).isEqualTo("wrong_kind");
    }

    @Test
    @DisplayName("walks the three legs of Cryptonit, with the parameters in the query")
    void cryptonit() {
        Story story = new Story();
        String base = BrokerStack.sandbox() + "/cryptonit/";
        register(
                story,
                "cryptonit-oauth1",
                Map.of(
                        "request_token_endpoint", base + "oauth/request_token",
                        "authorization_endpoint", base + "oauth/authorize",
                        "access_token_endpoint", base + "oauth/access_token",
                        "api_base", base + "apiv2/rest/"));
        String callback = BrokerStack.broker() + "/callback/" + story.partner();
        story.control().registerConsumer("cryptonit", story.clientId(), story.clientSecret(), callback);
        Flow flow = begun(story);

        flow.confirm(flow.handle()).expect(200);

        assertThat(flow.status()).isEqualTo("active");
        SeenRequest seen =
                story.control().requests("cryptonit", "request_token").getLast();
        assertThat(seen.header("authorization")).isEmpty();
        assertThat(seen.queryValue("oauth_callback")).contains(callback);
        assertThat(seen.queryValue("oauth_signature_method")).contains("HMAC-SHA1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"omitted", "false"})
    @DisplayName("R94 a partner that does not confirm the callback ends the flow before its page is seen")
    void unconfirmed(String confirmed) {
        Story story = registered(Map.of());
        story.control().oauth1Rules(story.sandboxName(), Map.of("callback_confirmed", confirmed));
        Story.App app = story.app("shop");
        String connection = story.approved(app);

        Page page = new ConsentBrowser().get(story.connectUrl(app, connection));

        assertThat(page.status()).isEqualTo(502);
        assertThat(page.location()).isEmpty();
        assertThat(page.body()).contains("oauth1_callback_not_confirmed");
        assertThat(story.status(connection)).isEqualTo("approved");
        assertThat(story.control().count(story.sandboxName(), "authorize")).isZero();
    }

    @Test
    @DisplayName("R95 a return without a verifier, with another token or twice asks for nothing")
    void incompleteReturns() {
        Flow flow = begun(registered(Map.of()));
        Flow other = begun(flow.story());
        Map<String, String> back = Story.query(flow.callback());
        String token = "oauth_token=" + back.get("oauth_token");
        String verifier = "oauth_verifier=" + back.get("oauth_verifier");

        for (String query : List.of(
                token,
                token + "&oauth_verifier=",
                verifier,
                token + "&" + token + "&" + verifier,
                token + "x&" + verifier,
                "oauth_token=" + requestToken(other) + "&" + verifier,
                token + "&" + verifier + "&denied=" + back.get("oauth_token"))) {
            Page page = flow.browser().get(flow.callbackWith(query));
            assertThat(page.status()).as(query).isEqualTo(400);
            assertThat(page.location()).isEmpty();
        }
        assertThat(accessTokenCalls(flow.story())).isZero();

        flow.confirm(Flow.handleOf(flow.browser().get(flow.callbackWith(token + "&" + verifier))))
                .expect(200);
        assertThat(flow.browser().get(flow.callbackWith(token + "&" + verifier)))
                .matches(Flow::isStateInvalid);
        assertThat(accessTokenCalls(flow.story())).isEqualTo(1);
    }

    @Test
    @DisplayName("R70 R95 another browser brings no flow home, whatever it brings")
    void otherBrowser() {
        Flow flow = begun(registered(Map.of()));
        URI callback = flow.callback();

        assertThat(new ConsentBrowser().get(callback)).matches(Flow::isStateInvalid);

        assertThat(accessTokenCalls(flow.story())).isZero();
        flow.confirm(Flow.handleOf(flow.browser().get(callback))).expect(200);
    }

    @Test
    @DisplayName("R71 a partner's page that is sent to a victim connects nobody, and a handle is good for one app only")
    void sentToAVictim() {
        Flow attacker = begun(registered(Map.of()));
        ConsentBrowser victim = new ConsentBrowser();
        victim.get(attacker.authorize());
        victim.allow("victim");
        URI callback = victim.location().orElseThrow();

        assertThat(victim.get(callback)).matches(Flow::isStateInvalid);
        assertThat(accessTokenCalls(attacker.story())).isZero();
        assertThat(attacker.status()).isEqualTo("authorizing");

        // The link itself: the victim's browser is bound, but only the attacker's app could confirm, and has no handle.
        Flow lured = begun(attacker.story());
        String handle = lured.handle();
        Story.App other = attacker.story().app("other");
        assertThat(other.api()
                        .post("/connections/" + lured.connection() + "/confirm", Map.of("handle", handle))
                        .status())
                .isIn(400, 404);
        assertThat(lured.confirm("A".repeat(43)).code()).isEqualTo("initiator_mismatch");
        assertThat(lured.status()).isEqualTo("pending_confirmation");
    }

    @Test
    @DisplayName("R72 a partner that passes on an honest one's token never sees the honest one's verifier")
    void malicious() {
        Story honest = registered(Map.of());
        Flow own = begun(honest); // the attacker's own, for the sake of its token
        Story evil = registered(Map.of("authorization_endpoint", honest.at("oauth1/authorize")));
        evil.control()
                .fault(FaultOrder.at(evil.sandboxName())
                        .endpoint("request_token")
                        .status(
                                200,
                                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                                "oauth_token=" + requestToken(own)
                                        + "&oauth_token_secret=x&oauth_callback_confirmed=true"));
        Flow victim = begun(evil);
        assertThat(requestToken(victim)).isEqualTo(requestToken(own));

        URI callback = victim.callback();

        assertThat(callback.getPath()).isEqualTo("/callback/" + honest.partner());
        assertThat(victim.browser().get(callback)).matches(Flow::isStateInvalid);
        assertThat(accessTokenCalls(evil)).isZero();
        assertThat(accessTokenCalls(honest)).isZero();
        assertThat(own.status()).isEqualTo("authorizing");
    }

    @Test
    @DisplayName("R73 a forged return asks for nothing, in the middle of another flow or without any")
    void forged() {
        Flow attacker = begun(registered(Map.of()));
        URI callback = attacker.callback();
        Flow victim = begun(attacker.story());

        assertThat(victim.browser().get(callback)).matches(Flow::isStateInvalid);
        assertThat(new ConsentBrowser().get(callback)).matches(Flow::isStateInvalid);

        assertThat(accessTokenCalls(attacker.story())).isZero();
        victim.confirm(victim.handle()).expect(200);
    }

    @Test
    @DisplayName("R72 a partner that uses one token for two flows gets no second one, and leaves nothing behind")
    void oneTokenTwice() {
        Story story = registered(Map.of());
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("request_token")
                        .times(2)
                        .status(
                                200,
                                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                                "oauth_token=same&oauth_token_secret=x&oauth_callback_confirmed=true"));
        Flow first = begun(story);
        Story.App app = story.app("second");
        String connection = story.approved(app);

        Page page = new ConsentBrowser().get(story.connectUrl(app, connection));

        assertThat(page.status()).isEqualTo(502);
        assertThat(page.body()).contains("partner_bad_response");
        assertThat(requestToken(first)).isEqualTo("same");
        assertThat(tables.rows("pending_handshake", connection)).isEmpty();
    }

    @Test
    @DisplayName("R96 the secret of a request token ends with the return, or ten minutes after an abandoned flow")
    void memo() {
        BrokerTables jobs = new BrokerTables(database);
        jobs.holdBack("handshake-sweep"); // it would take the secret while the test looks
        Flow finished = begun(registered(Map.of()));
        Flow abandoned = begun(finished.story());
        String first = memoOf(finished);
        String second = memoOf(abandoned);
        assertThat(tables.isInVault(first)).isTrue();
        assertThat(tables.isInVault(second)).isTrue();
        assertThat(tables.rows("pending_handshake", finished.connection()))
                .noneMatch(row -> row.contains(requestToken(finished)));

        finished.handle();
        assertThat(tables.isInVault(first)).isFalse();

        sweep.run(Actor.system(sweep.name(), "test"));
        assertThat(tables.isInVault(second)).as("not before its time").isTrue();
        tables.tenMinutesPass("pending_handshake", abandoned.connection());
        sweep.run(Actor.system(sweep.name(), "test"));
        assertThat(tables.isInVault(second)).isFalse();
        jobs.hurry("handshake-sweep");
    }

    private String memoOf(Flow flow) {
        return "handshakes/" + tables.flows(flow.connection()).getFirst();
    }

    @Test
    @DisplayName("a no of the user goes back to the app, asks for nothing, and leaves the connection to be tried again")
    void denied() {
        Flow flow = begun(registered(Map.of()));
        flow.browser().get(flow.authorize());
        flow.browser().deny();

        Page back = flow.browser().follow();

        assertThat(back.status()).isEqualTo(303);
        assertThat(Story.query(back.location().orElseThrow()))
                .containsEntry("error", "access_denied")
                .containsEntry("connection", flow.connection());
        assertThat(flow.status()).isEqualTo("approved");
        assertThat(accessTokenCalls(flow.story())).isZero();
        assertThat(tables.rows("pending_handshake", flow.connection())).isEmpty();
    }

    @Test
    @DisplayName("R97 a partner whose clock and Date disagree is not asked again and again")
    void wrongClock() {
        Story story = registered(Map.of());
        story.control().oauth1Rules(story.sandboxName(), Map.of("clock_ahead_seconds", 3600));
        Story.App app = story.app("shop");

        Page page = new ConsentBrowser().get(story.connectUrl(app, story.approved(app)));

        assertThat(page.status()).isEqualTo(503);
        assertThat(page.body()).contains("partner_misconfigured");
        assertThat(story.control().count(story.sandboxName(), "request_token")).isEqualTo(1);
    }

    @Test
    @DisplayName("an imported token needs an approval, and asks the partner for nothing")
    void imported() {
        Story story = registered(Map.of());
        Map<String, Object> wish = new TreeMap<>(Map.of(
                "partner",
                story.partner(),
                "owner",
                "o-1",
                "scopes",
                List.of(),
                "import",
                Map.of("token", "brought-t", "token_secret", "brought-s")));
        String connection = story.admin().post("/connections", wish).expect(201).text("id");
        wish.put("import", Map.of("token", "brought-t"));
        Answer half = story.admin().post("/connections", wish);

        story.approver().post("/connections/" + connection + "/approve").expect(200);

        assertThat(story.status(connection)).isEqualTo("active");
        assertThat(half.status()).isEqualTo(400);
        assertThat(half.raw().body()).doesNotContain("brought");
        assertThat(story.control().count(story.sandboxName(), "request_token")).isZero();
    }
}
