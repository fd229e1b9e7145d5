package dev.latchkey.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerProcess;
import dev.latchkey.testkit.Story;
import dev.latchkey.testkit.TestHttp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** What people and apps do with a broker process and one real OpenID provider as a partner, registered as {@code id}. */
final class PartnerStory {

    /** Where the app wants its browsers back; nobody listens there. */
    static final String RETURN_URL = "http://127.0.0.1:9/back";

    private static final JsonMapper JSON = new JsonMapper();

    private final BrokerProcess broker;
    private final String id;
    private final BrokerApi admin;
    private final BrokerApi approver;

    PartnerStory(BrokerProcess broker, String id) {
        this.broker = broker;
        this.id = id;
        this.admin = BrokerApi.authorized(broker.baseUri(), broker.admin());
        this.approver = BrokerApi.authorized(broker.baseUri(), broker.approver());
    }

    BrokerApi admin() {
        return admin;
    }

    BrokerApi approver() {
        return approver;
    }

    /** What the broker will answer as the redirect URI: a partner has to know it before the registration is complete. */
    URI callback() {
        return broker.baseUri().resolve("/callback/" + id);
    }

    /** Registers the partner by its issuer alone; the rest comes from its metadata. */
    Answer register(String issuer, String clientId, String clientSecret) {
        return admin.post(
                "/partners",
                Map.of(
                        "id",
                        id,
                        "catalog",
                        "oidc",
                        "credentials",
                        Map.of("client_id", clientId, "client_secret", clientSecret),
                        "settings",
                        Map.of("endpoints", Map.of("issuer", issuer), "refresh", Map.of("rotation", "strict"))));
    }

    /** Registers an app and gives its secret. */
    String register(String app) {
        return admin.post("/apps", Map.of("id", app, "name", app, "return_urls", List.of(RETURN_URL)))
                .expect(201)
                .text("secret");
    }

    /** An app that proves itself by HTTP Basic. */
    BrokerApi app(String app) {
        return BrokerApi.as(broker.baseUri(), app, register(app));
    }

    /** The app asks for a connection, and somebody approves. */
    String approved(BrokerApi app, String... scopes) {
        String connection = app.post(
                        "/connections",
                        Map.of("partner", id, "owner", "owner-1", "scopes", List.of(scopes), "return_url", RETURN_URL))
                .expect(201)
                .text("id");
        approver.post("/connections/" + connection + "/approve").expect(200);
        return connection;
    }

    URI connectUrl(BrokerApi app, String connection) {
        return URI.create(app.post("/connections/" + connection + "/connect-url")
                .expect(200)
                .text("connect_url"));
    }

    /** The browser opens where the partner sent it, and must be sent on to the app: the handle that it brings. */
    static String handleOf(ConsentBrowser browser) {
        browser.follow();
        URI back = browser.location()
                .orElseThrow(() -> new AssertionError(
                        browser.page().status() + " " + browser.page().body()));
        if (browser.page().status() != 303 || !back.toString().startsWith(RETURN_URL + "?")) {
            throw new AssertionError(browser.page().status() + " to " + back);
        }
        return Story.query(back).get("handle");
    }

    static void confirm(BrokerApi app, String connection, String handle) {
        app.post("/connections/" + connection + "/confirm", Map.of("handle", handle))
                .expect(200);
    }

    static Answer token(BrokerApi app, String connection) {
        return app.post("/connections/" + connection + "/token");
    }

    String status(String connection) {
        return approver.get("/connections/" + connection).expect(200).text("status");
    }

    Answer revoke(String connection) {
        return approver.post("/connections/" + connection + "/revoke");
    }

    /** The outcomes that the audit log has of an action on a connection. */
    List<String> audited(String connection, String action) {
        return approver.get("/audit?connection=" + connection + "&action=" + action)
                .expect(200)
                .json()
                .path("items")
                .findValuesAsText("outcome");
    }

    /** A member of a provider's discovery document. */
    static URI metadata(URI issuer, String name) {
        try (var http = new TestHttp()) {
            String document = http.get(URI.create(issuer + "/.well-known/openid-configuration"))
                    .body();
            return URI.create(json(document).path(name).asText());
        }
    }

    /** What a provider's userinfo endpoint answers to an access token. */
    static int userInfo(URI issuer, String accessToken) {
        URI endpoint = metadata(issuer, "userinfo_endpoint");
        try (var http = new TestHttp()) {
            return http.get(endpoint, "Bearer " + accessToken).statusCode();
        }
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
