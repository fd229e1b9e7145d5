package dev.latchkey.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.sandbox.client.SeenRequest;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.CalledPartner;
import dev.latchkey.testkit.CapturedLog;
import dev.latchkey.testkit.FaultyServer;
import dev.latchkey.testkit.Story;
import dev.latchkey.testkit.TestCertificates;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole story, with everything that can fail in it, and then a search for each secret that took part. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class CanaryTest {

    /** Opened wide; what application.properties pins below them stays as it is, as in production. */
    private static final String[] LOGGERS = {
        "dev.latchkey",
        "io.vertx",
        "io.quarkus",
        "io.agroal",
        "org.hibernate",
        "org.jboss.resteasy",
        "org.apache.hc",
        "com.nimbusds",
        "org.postgresql",
        "com.github.kagkarlsson"
    };

    @Inject
    DataSource database;

    @TempDir
    Path folder;

    private final Canaries canaries = new Canaries();
    private final Evidence evidence = new Evidence();
    private final URI broker = BrokerStack.broker();

    @Test
    @DisplayName("R149 R150 R151 R155 R156 finds no secret of a whole story where it has no business")
    void leaksNothing() throws Exception {
        canaries.watch("password", BrokerStack.PASSWORD);
        String logged;
        try (CapturedLog log = CapturedLog.of(LOGGERS)) {
            wholeStory();
            refusedTls();
            callersThatFail();
            registrationWithAKey();
            partnerThatCalls();
            logged = log.text();
        }
        assertThat(logged).as("the log is really heard").contains("org.hibernate", "io.vertx", "dev.latchkey");
        evidence.keep("log", logged);
        BrokerApi admin = BrokerApi.as(broker, "admin", BrokerStack.PASSWORD);
        evidence.keep(admin.get("/q/metrics").expect(200));
        evidence.keep(admin.get("/q/health"));
        evidence.keep(admin.get("/q/openapi"));
        evidence.keep(
                "threads",
                Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .collect(Collectors.joining("\n")));
        assertThat(evidence.keepDatabase(database)).isGreaterThan(30);

        assertThat(canaries.names()).hasSizeGreaterThan(18);
        assertThat(evidence.against(canaries)).isEmpty();
    }

    @Test
    @DisplayName("R149 the search finds what is planted, in every form")
    void findsWhatIsPlanted() {
        String secret = canaries.watch("planted", "planted/secret+" + UUID.randomUUID());
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        List<String> forms = new ArrayList<>(List.of(
                secret,
                HexFormat.of().formatHex(bytes),
                java.net.URLEncoder.encode(secret, StandardCharsets.UTF_8),
                Base64.getUrlEncoder().encodeToString(bytes)));
        for (String user : List.of("a", "ab", "abc", "abcd")) {
            forms.add(Base64.getEncoder().encodeToString((user + ":" + secret).getBytes(StandardCharsets.UTF_8)));
        }
        for (String form : forms) {
            assertThat(canaries.in("here", "before " + form + " after"))
                    .as(form)
                    .hasSize(1);
        }
        assertThat(canaries.in("here", "before planted after")).isEmpty();
        try (CapturedLog log = CapturedLog.of("dev.latchkey")) {
            java.util.logging.Logger.getLogger("dev.latchkey.planted")
                    .log(
                            java.util.logging.Level.FINEST,
                            "x",
                            new IllegalStateException(new IllegalArgumentException(secret)));
            assertThat(canaries.in("log", log.text())).hasSize(1);
        }
    }

    private void wholeStory() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20, "rotation", "strict"));
        canaries.watch("client secret", story.clientSecret());
        Story.App app = story.app("shop");
        canaries.watch("app secret", app.secret());
        String id = throughTheBrowser(story, app);

        handedOut(app, id, "access token");
        handedOut(app, id, "renewed access token");
        marked(story, app, id);
        failing(story, app);
        reads(story, id);
        keepWhatThePartnerSaw(story);
        evidence.keep(story.approver().post("/connections/" + id + "/revoke"));
        String second = canaries.watch(
                "second app secret",
                story.admin().post("/apps/" + app.id() + "/secret").expect(200).text("secret"));
        evidence.keep(BrokerApi.as(broker, app.id(), second).get("/connections"));
    }

    private String throughTheBrowser(Story story, Story.App app) {
        String id = story.approved(app, "read");
        Answer link = app.api().post("/connections/" + id + "/connect-url").expect(200);
        URI connectUrl = URI.create(link.text("connect_url"));
        String ticket = canaries.watch("ticket", connectUrl.getPath().substring("/connect/".length()));
        evidence.keep(link, ticket);
        ConsentBrowser browser = new ConsentBrowser();
        browser.get(connectUrl);
        evidence.keep(browser.page());
        browser.cookies(broker).values().forEach(value -> canaries.watch("browser cookie", value));
        canaries.watch("state", Story.query(browser.location().orElseThrow()).get("state"));
        browser.follow();
        String handle =
                canaries.watch("handle", Story.query(story.consented(browser)).get("handle"));
        evidence.keep(browser.page());
        String wrong = canaries.watch("wrong handle", "wrong-handle-" + UUID.randomUUID());
        evidence.keep(app.api()
                .post("/connections/" + id + "/confirm", Map.of("handle", wrong))
                .expect(400));
        evidence.keep(app.api()
                .post("/connections/" + id + "/confirm", Map.of("handle", handle))
                .expect(200));
        evidence.keep(app.api().post("/connections/" + id + "/confirm", Map.of("handle", handle)));
        return id;
    }

    private void handedOut(Story.App app, String id, String name) {
        Answer answer = app.api().post("/connections/" + id + "/token").expect(200);
        evidence.keep(answer, canaries.watch(name, answer.text("access_token")));
        assertThat(answer.header("Cache-Control")).contains("no-store");
        Answer exchanged = app.api()
                .send(
                        "POST",
                        "/oauth2/token",
                        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&resource=urn:latchkey:connection:"
                                + id,
                        "application/x-www-form-urlencoded")
                .expect(200);
        evidence.keep(exchanged, canaries.watch(name, exchanged.text("access_token")));
    }

    /** An answer of the partner that holds more than it should. */
    private void marked(Story story, Story.App app, String id) {
        Map<String, String> members = Map.of(
                "access_token", canaries.watch("marked access token", "marked-at-" + UUID.randomUUID()),
                "id_token", canaries.watch("marked ID token", "marked-idt-" + UUID.randomUUID()),
                "client_secret", canaries.watch("marked member", "marked-odd-" + UUID.randomUUID()));
        story.control().fault(refresh(story).answerWith(members));
        handedOut(app, id, "the marked token");
    }

    private void failing(Story story, Story.App app) {
        String told = canaries.watch("told by the partner", "told-by-the-partner-" + UUID.randomUUID());
        Map<String, String> json = Map.of("Content-Type", "application/json");
        List.of(
                        refresh(story).status(500, Map.of("Content-Type", "text/html"), "<h1>" + told + "</h1>"),
                        refresh(story).status(200, Map.of("Content-Type", "text/html"), "<h1>" + told + "</h1>"),
                        refresh(story).status(200, json, "{\"access_token\":\"" + told + "\",\"token_type\":\"mac\"}"),
                        refresh(story)
                                .status(200, json, "{\"access_token\":\"" + told + "\",\"access_token\":\"" + told),
                        refresh(story).answerWith(Map.of("token_type", told)),
                        refresh(story).redirect(307, "http://127.0.0.1:9/" + told),
                        refresh(story).status(400, json, "{\"error\":\"" + told + "\"}"),
                        refresh(story).dropAfterCommit(),
                        refresh(story)
                                .status(
                                        400,
                                        json,
                                        "{\"error\":\"invalid_grant\",\"error_description\":\"" + told + "\"}"),
                        refresh(story)
                                .status(
                                        401,
                                        json,
                                        "{\"error\":\"invalid_client\",\"error_description\":\"" + told + "\"}"))
                .forEach(fault -> {
                    // Its own connection each: a failed renewal is not tried again at once.
                    String id = story.active(app, "read");
                    story.control().fault(fault);
                    Answer answer = app.api().post("/connections/" + id + "/token");
                    evidence.keep(answer, answer.json().path("access_token").asText("-"));
                });
        limiting(told);
        assertThat(story.control().counters().path("faults_sent").asLong()).isGreaterThan(3);
        story.control().clearFaults();
    }

    /** A partner of its own: it is left alone for a while afterwards. */
    private void limiting(String told) {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20));
        Story.App app = story.app("limited");
        String id = story.active(app, "read");
        story.control().fault(refresh(story).status(429, Map.of("Retry-After", told), told));
        evidence.keep(app.api().post("/connections/" + id + "/token"));
    }

    private void reads(Story story, String id) {
        for (String path : List.of(
                "/partners",
                "/partners/" + story.partner(),
                "/apps",
                "/connections",
                "/audit",
                "/connections/" + id,
                "/audit?connection=" + id,
                "/catalog",
                "/audit?action=token_handed_out")) {
            evidence.keep(story.admin().get(path).expect(200));
        }
    }

    /** What only the partner and we know. */
    private void keepWhatThePartnerSaw(Story story) {
        for (SeenRequest seen : story.control().requests(story.sandboxName(), "token")) {
            canaries.watch("code", seen.formValue("code").orElseThrow());
            canaries.watch("PKCE verifier", seen.formValue("code_verifier").orElseThrow());
        }
        List<SeenRequest> refreshes = story.control().requests(story.sandboxName(), "refresh");
        assertThat(refreshes).hasSizeGreaterThan(3);
        refreshes.forEach(seen ->
                canaries.watch("refresh token", seen.formValue("refresh_token").orElseThrow()));
    }

    private void refusedTls() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        try (FaultyServer partner = FaultyServer.startTls(
                certificates.selfSignedServer("self", "dns:localhost"), FaultyServer.answering(""))) {
            String endpoint = "https://localhost:" + partner.port() + "/token";
            Story story = new Story().partner(Map.of("token_endpoint", endpoint), Map.of());
            canaries.watch("client secret behind TLS", story.clientSecret());
            Story.App app = story.app("tls");
            ConsentBrowser browser = story.atConsent(story.connectUrl(app, story.approved(app, "read")));
            browser.allow("user-" + story.mark());
            canaries.watch(
                    "code behind TLS",
                    Story.query(browser.location().orElseThrow()).get("code"));
            browser.follow();
            assertThat(browser.page().status()).isEqualTo(502);
            evidence.keep(browser.page());
        }
    }

    /** Few of them: a source address has 20 failures a minute. */
    private void callersThatFail() {
        String mine = canaries.watch("wrong password", "wrong-password-" + UUID.randomUUID());
        evidence.keep(BrokerApi.as(broker, "admin", mine).get("/apps").expect(401));
        evidence.keep(BrokerApi.as(broker, canaries.watch("as a name", "typed-as-name-" + UUID.randomUUID()), "x")
                .get("/apps"));
        evidence.keep(BrokerApi.bearing(broker, canaries.watch("bearer", "bearer." + UUID.randomUUID() + ".x"))
                .get("/apps"));
        evidence.keep(BrokerApi.anonymous(broker)
                .send(
                        "POST",
                        "/oauth2/token",
                        "grant_type=password&password="
                                + canaries.watch("form password", "form-password-" + UUID.randomUUID())
                                + "&subject_token=" + mine + "&subject_token_type=x",
                        "application/x-www-form-urlencoded"));
        ConsentBrowser browser = new ConsentBrowser();
        Story story = new Story().partner(Map.of());
        String odd = canaries.watch("odd callback", "odd-callback-" + UUID.randomUUID());
        for (String query : List.of(
                "?code=" + odd + "&state=" + odd,
                "?error=" + odd + "&error_description=" + odd + "&state=" + odd,
                "?code=" + odd,
                "?state=" + odd + "&state=" + odd,
                "?" + odd + "=1")) {
            browser.get(broker.resolve("/callback/" + story.partner() + query));
            assertThat(browser.page().status()).isEqualTo(400);
            evidence.keep(browser.page());
        }
        browser.get(broker.resolve("/connect/" + canaries.watch("odd ticket", "odd-ticket-" + UUID.randomUUID())));
        evidence.keep(browser.page());
    }

    private void registrationWithAKey() throws Exception {
        KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
        keys.initialize(2048);
        String pem = Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(keys.generateKeyPair().getPrivate().getEncoded());
        pem.lines()
                .filter(line -> line.length() == 64)
                .skip(2)
                .limit(8)
                .forEach(line -> canaries.watch("private key", line));
        Story story = new Story();
        Map<String, Object> body = Map.of(
                "id", story.partner(),
                "catalog", "oauth2",
                "credentials",
                        Map.of(
                                "client_id",
                                "key-client",
                                "private_key",
                                "-----BEGIN PRIVATE KEY-----\n" + pem + "\n-----END PRIVATE KEY-----\n"),
                "settings",
                        Map.of(
                                "client_auth",
                                "private_key_jwt",
                                "endpoints",
                                Map.of(
                                        "issuer", BrokerStack.sandbox().toString(),
                                        "authorization_endpoint", story.at("authorize"),
                                        "token_endpoint", story.at("token"))));
        evidence.keep(story.admin().post("/partners", body));
        evidence.keep(story.admin().get("/partners"));
        Map<String, Object> broken = new java.util.HashMap<>(body);
        broken.put("credentials", Map.of("client_id", "c", "private_key", pem));
        evidence.keep(story.admin().post("/partners", broken));
    }

    /** Our secret comes in with each of its calls, and what we answer comes back with the browser. */
    private void partnerThatCalls() {
        Story story = new Story();
        CalledPartner partner = CalledPartner.registered(story);
        canaries.watch("client secret of a partner that calls", partner.clientSecret());
        Story.App app = story.app("called");
        String id = story.approved(app);
        ConsentBrowser browser = new ConsentBrowser();
        browser.get(story.connectUrl(app, id));
        String code = canaries.watch(
                "one-time code", Story.query(browser.location().orElseThrow()).get("code"));
        Answer answer = partner.call(code).expect(200);
        String accessCode = canaries.watch("access code", answer.text("access_code"));
        evidence.keep(answer, accessCode);
        evidence.keep(partner.call(code), accessCode);
        evidence.keep(partner.call(code).expect(400));
        String guess = canaries.watch("guessed secret", "guessed-" + UUID.randomUUID());
        evidence.keep(
                CalledPartner.call(story.partner(), Map.of("client_id", guess, "client_secret", guess, "code", code)));
        evidence.keep(CalledPartner.call(story.partner(), Map.of("client_id", Map.of("x", guess))));
        browser.get(broker.resolve("/callback/" + story.partner() + "?access_code=x" + accessCode));
        evidence.keep(browser.page());
        String active = story.active(app);
        Answer token = app.api().post("/connections/" + active + "/token").expect(200);
        evidence.keep(token, canaries.watch("user token", token.text("access_token")));
        evidence.keep(story.admin().get("/partners/" + story.partner()).expect(200));
    }

    private static FaultOrder refresh(Story story) {
        return FaultOrder.at(story.sandboxName()).endpoint("refresh");
    }
}
