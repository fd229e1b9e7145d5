package dev.latchkey.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.sandbox.client.SeenRequest;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.CapturedLog;
import dev.latchkey.testkit.NoonKey;
import dev.latchkey.testkit.NoonStory;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The same search as in {@link CanaryTest}, for partners that know us by cookies. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class CookieCanaryTest {

    private static final String[] LOGGERS = {
        "dev.latchkey", "io.vertx", "io.quarkus", "org.hibernate", "org.jboss.resteasy", "org.apache.hc", "com.nimbusds"
    };

    @Inject
    DataSource database;

    private final Canaries canaries = new Canaries();
    private final Evidence evidence = new Evidence();

    /** It would make one of the logins that are to fail: each fault is for the next one. */
    @BeforeEach
    void holdTheJobBack() {
        new BrokerTables(database).holdBack("refresh-recovery");
    }

    @AfterEach
    void letTheJobRun() {
        new BrokerTables(database).hurry("refresh-recovery");
    }

    @Test
    @DisplayName("R112 R111 cookies, JWTs, codes and keys are in no log, no table and no answer but the app's own")
    void leaksNothing() throws Exception {
        String logged;
        try (CapturedLog log = CapturedLog.of(LOGGERS)) {
            // So short-lived that each use logs in.
            BrokerStack.control().noonSettings(Map.of("session_seconds", 20));
            NoonStory noon = NoonStory.integrator();
            Story.App app = noon.story().app("shop");
            String seller = throughTheBrowser(noon.story(), app);
            handedOut(noon.story(), app, seller);
            failing(noon.story(), app, seller);
            String brought = broughtAlong(noon.story(), app);
            handedOut(noon.story(), app, brought);
            keepWhatThePartnerSaw(noon);
            reads(noon.story(), seller);
            logged = log.text();
        }
        BrokerStack.control().noonSettings(Map.of());
        assertThat(logged).contains("org.hibernate", "dev.latchkey");
        evidence.keep("log", logged);
        BrokerApi admin = BrokerApi.as(BrokerStack.broker(), "admin", BrokerStack.PASSWORD);
        evidence.keep(admin.get("/q/metrics").expect(200));
        evidence.keepDatabase(database);

        assertThat(canaries.names())
                .contains("cookie", "JWT", "seller's code", "token for a key", "private key", "client secret");
        assertThat(evidence.against(canaries)).isEmpty();
    }

    private String throughTheBrowser(Story story, Story.App app) {
        canaries.watch("client secret", story.clientSecret());
        String id = story.approved(app);
        ConsentBrowser browser = story.atConsent(story.connectUrl(app, id));
        browser.allow("user-" + story.mark());
        canaries.watch(
                "seller's code", Story.query(browser.location().orElseThrow()).get("code"));
        browser.follow();
        String handle = Story.query(browser.location().orElseThrow()).get("handle");
        evidence.keep(app.api()
                .post("/connections/" + id + "/confirm", Map.of("handle", handle))
                .expect(200));
        return id;
    }

    /** The answer is the one place where the cookie belongs. */
    private void handedOut(Story story, Story.App app, String id) {
        Answer answer = story.token(app, id).expect(200);
        List<String> values = new ArrayList<>();
        answer.json().path("cookies").forEach(cookie -> {
            if (cookie.path("name").asText().equals("noon_session")) {
                values.add(canaries.watch("cookie", cookie.path("value").asText()));
            }
        });
        evidence.keep(answer, values.getFirst());
    }

    private void failing(Story story, Story.App app, String id) {
        String told = canaries.watch("told by the partner", "told-by-the-partner-" + UUID.randomUUID());
        Map<String, String> json = Map.of("Content-Type", "application/json", "Set-Cookie", "bad cookie=" + told);
        List<FaultOrder> faults = List.of(
                login(story).status(500, Map.of("Content-Type", "text/html"), "<h1>" + told + "</h1>"),
                login(story).status(200, Map.of("Set-Cookie", "s=" + told + "; Domain=evil.example"), told),
                login(story).status(400, json, "{\"error\":\"" + told + "\"}"),
                login(story).status(403, Map.of("Content-Type", "text/html"), told),
                login(story).redirect(302, "http://127.0.0.1:9/" + told));
        for (FaultOrder fault : faults) {
            new BrokerTables(database)
                    .change("update connection set retry_at = null where id = ?", UUID.fromString(id));
            story.control().fault(fault);
            Answer answer = evidence.keep(story.token(app, id));
            assertThat(answer.status()).as(answer.code()).isGreaterThanOrEqualTo(502);
        }
        story.control().clearFaults();
        new BrokerTables(database).change("update connection set retry_at = null where id = ?", UUID.fromString(id));
    }

    private String broughtAlong(Story story, Story.App app) {
        NoonKey key = NoonKey.fresh("brought-" + story.mark(), "PRJ-brought-" + story.mark());
        watch(key);
        story.control().registerNoonKey("other-" + story.mark(), key.projectCode(), key.keyId(), key.publicPem());
        Answer asked = story.admin()
                .post(
                        "/connections",
                        Map.of(
                                "partner", story.partner(),
                                "owner", "owner-2",
                                "scopes", List.of(),
                                "import", Map.of("credential_file", key.file())))
                .expect(201);
        evidence.keep(asked);
        String id = asked.text("id");
        evidence.keep(story.approver().post("/connections/" + id + "/approve").expect(200));
        evidence.keep(story.approver()
                .put("/connections/" + id + "/grants/" + app.id(), Map.of())
                .expect(200));
        evidence.keep(story.admin()
                .post(
                        "/connections",
                        Map.of(
                                "partner", story.partner(),
                                "owner", "owner-3",
                                "scopes", List.of(),
                                "import", Map.of("credential_file", key.privatePem())))
                .expect(400));
        return id;
    }

    private void watch(NoonKey key) {
        key.privatePem().lines().skip(3).limit(8).forEach(line -> canaries.watch("private key", line));
    }

    private void keepWhatThePartnerSaw(NoonStory noon) throws Exception {
        watch(noon.key());
        for (SeenRequest login : noon.story().control().requests("noon", "login")) {
            String token =
                    new ObjectMapper().readTree(login.body()).path("token").asText("");
            if (token.length() > 100) {
                canaries.watch("JWT", token);
            }
        }
        for (SeenRequest exchange : noon.story().control().requests("noon", "token_exchange")) {
            canaries.watch(
                    "token for a key",
                    new ObjectMapper().readTree(exchange.body()).path("token").asText());
        }
    }

    private void reads(Story story, String id) {
        for (String path : List.of(
                "/partners/" + story.partner(),
                "/connections/" + id,
                "/audit?connection=" + id,
                "/catalog/noon-oauth")) {
            evidence.keep(story.admin().get(path).expect(200));
        }
    }

    private static FaultOrder login(Story story) {
        return FaultOrder.at("noon").endpoint("login").user("user-" + story.mark());
    }
}
