package dev.latchkey.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.CapturedLog;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The secrets of OAuth 1.0, on good ways and on bad ones, and then a search for each of them. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class OAuth1CanaryTest {

    private static final String[] LOGGERS = {
        "dev.latchkey", "io.vertx", "io.quarkus", "org.hibernate", "org.jboss.resteasy", "org.apache.hc", "com.nimbusds"
    };
    private static final Map<String, String> FORM = Map.of("Content-Type", "application/x-www-form-urlencoded");

    @Inject
    DataSource database;

    private final Canaries canaries = new Canaries();
    private final Evidence evidence = new Evidence();
    private final Story story = new Story();

    private String watched(String name) {
        return canaries.watch(name, name.replace(' ', '-') + "-" + UUID.randomUUID());
    }

    @Test
    @DisplayName("R149 R150 R151 R155 finds no secret of OAuth 1.0 where it has no business")
    void leaksNothing() throws Exception {
        try (CapturedLog log = CapturedLog.of(LOGGERS)) {
            register();
            Story.App app = story.app("shop");
            goodWay(app);
            badAnswers(app);
            imported();
            evidence.keep(story.admin().get("/partners/" + story.partner()));
            evidence.keep(story.admin().get("/connections"));
            evidence.keep(story.admin().get("/audit"));
            assertThat(log.text()).contains("dev.latchkey", "org.apache.hc");
            evidence.keep("log", log.text());
        }
        assertThat(evidence.keepDatabase(database)).isGreaterThan(10);

        assertThat(canaries.names()).hasSizeGreaterThan(9);
        assertThat(evidence.against(canaries)).isEmpty();
    }

    private void register() {
        canaries.watch("consumer secret", story.clientSecret());
        evidence.keep(story.admin()
                .post(
                        "/partners",
                        Map.of(
                                "id",
                                story.partner(),
                                "catalog",
                                "oauth1",
                                "credentials",
                                Map.of("consumer_key", story.clientId(), "consumer_secret", story.clientSecret()),
                                "settings",
                                Map.of(
                                        "parameters_in",
                                        "query",
                                        "endpoints",
                                        Map.of(
                                                "request_token_endpoint", story.at("oauth1/request_token"),
                                                "authorization_endpoint", story.at("oauth1/authorize"),
                                                "access_token_endpoint", story.at("oauth1/access_token"),
                                                "api_base", story.at("oauth1/api")))))
                .expect(201));
        story.control().oauth1Rules(story.sandboxName(), Map.of("parameters_in", "query"));
        story.control()
                .registerConsumer(
                        story.sandboxName(),
                        story.clientId(),
                        story.clientSecret(),
                        BrokerStack.broker() + "/callback/" + story.partner());
    }

    /** With an answer to the last step whose values are known here. */
    private void goodWay(Story.App app) {
        String id = story.approved(app);
        ConsentBrowser browser = story.atConsent(story.connectUrl(app, id));
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("access_token")
                        .status(
                                200,
                                FORM,
                                "oauth_token=" + watched("access token") + "&oauth_token_secret="
                                        + watched("token secret") + "&x=" + watched("further member")));
        browser.allow("user");
        URI callback = browser.location().orElseThrow();
        canaries.watch("request token", Story.query(callback).get("oauth_token"));
        canaries.watch("verifier", Story.query(callback).get("oauth_verifier"));
        browser.follow();
        String handle = Story.query(browser.location().orElseThrow()).get("handle");
        evidence.keep(app.api()
                .post("/connections/" + id + "/confirm", Map.of("handle", handle))
                .expect(200));
        assertThat(story.status(id)).isEqualTo("active");
        evidence.keep(story.token(app, id));
        evidence.keep(story.approver().post("/connections/" + id + "/revoke").expect(200));
    }

    private void badAnswers(Story.App app) {
        String told = watched("told by the partner");
        FaultOrder first = FaultOrder.at(story.sandboxName()).endpoint("request_token");
        for (FaultOrder fault : List.of(
                first.status(401, FORM, "oauth_problem=" + told),
                first.status(500, FORM, told),
                first.status(200, FORM, "<p>" + told),
                first.status(200, FORM, "oauth_token=" + told + "&oauth_token_secret=" + told),
                first.redirect(302, "http://127.0.0.1:9/" + told),
                first.dropAfterCommit())) {
            story.control().fault(fault);
            ConsentBrowser browser = new ConsentBrowser();
            browser.get(story.connectUrl(app, story.approved(app)));
            assertThat(browser.page().status()).isGreaterThanOrEqualTo(500);
            evidence.keep(browser.page());
        }
        forged(app, first);
    }

    /** A way whose request token is known here, and whose last step the partner refuses. */
    private void forged(Story.App app, FaultOrder first) {
        String token = watched("known request token");
        story.control()
                .fault(first.status(
                        200,
                        FORM,
                        "oauth_token=" + token + "&oauth_token_secret=" + watched("request token secret")
                                + "&oauth_callback_confirmed=true"));
        ConsentBrowser browser = new ConsentBrowser();
        browser.get(story.connectUrl(app, story.approved(app)));
        String callback = BrokerStack.broker() + "/callback/" + story.partner();
        browser.get(URI.create(callback + "?oauth_token=" + token));
        evidence.keep(browser.page());
        browser.get(URI.create(callback + "?oauth_token=" + token + "&oauth_verifier=" + watched("forged verifier")));
        assertThat(browser.page().status()).isEqualTo(502);
        evidence.keep(browser.page());
    }

    private void imported() {
        Map<String, Object> wish = Map.of(
                "partner",
                story.partner(),
                "owner",
                "brought",
                "scopes",
                List.of(),
                "import",
                Map.of("token", watched("brought token"), "token_secret", watched("brought secret")));
        String id = evidence.keep(story.admin().post("/connections", wish).expect(201))
                .text("id");
        evidence.keep(story.approver().post("/connections/" + id + "/approve").expect(200));
    }
}
