package dev.latchkey.testkit;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.client.SandboxControl;
import dev.latchkey.testkit.BrokerApi.Answer;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The steps of a connection's story, each by the one who does it: an admin, an approver, an app, a user's browser. Every
 * story has ids of its own, so that the tests of one boot do not disturb each other.
 */
public final class Story {

    /** Where the app wants its browsers back; nobody listens there, and no browser of a test goes there. */
    public static final String RETURN_URL = "http://127.0.0.1:9/back?from=latchkey";

    private final URI broker;
    private final URI sandbox;
    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private final SandboxControl control;
    private final BrokerApi admin;
    private final BrokerApi approver;
    private final String partner = "p-" + mark;
    private final String sandboxName = "generic/g" + mark;
    private final String clientSecret = "client-secret-" + UUID.randomUUID();

    /** A story on the broker of {@link BrokerStack}. */
    public Story() {
        this(BrokerStack.broker(), BrokerStack.PASSWORD, BrokerStack.sandbox());
    }

    /** A story on another broker, whose two people have this password. */
    public Story(URI broker, String password, URI sandbox) {
        this.broker = broker;
        this.sandbox = sandbox;
        this.control = new SandboxControl(sandbox);
        this.admin = BrokerApi.as(broker, "admin", password);
        this.approver = BrokerApi.as(broker, "approver", password);
    }

    /** An app that was registered. */
    public record App(String id, String secret, BrokerApi api) {}

    public String mark() {
        return mark;
    }

    public String partner() {
        return partner;
    }

    /** The name of the partner in the sandbox's control API: a generic one of this story's own. */
    public String sandboxName() {
        return sandboxName;
    }

    public String clientId() {
        return "client-" + mark;
    }

    public String clientSecret() {
        return clientSecret;
    }

    public SandboxControl control() {
        return control;
    }

    public BrokerApi admin() {
        return admin;
    }

    public BrokerApi approver() {
        return approver;
    }

    /** An address of this story's generic partner. */
    public String at(String path) {
        return sandbox + "/" + sandboxName + "/" + path;
    }

    /** Registers this story's generic partner, with explicit endpoints and the given further settings. */
    public Story partner(Map<String, ?> settings) {
        return partner(Map.of(), settings);
    }

    /** The same with some endpoints replaced; an empty text leaves one out. */
    public Story partner(Map<String, String> endpoints, Map<String, ?> settings) {
        Map<String, String> all = new TreeMap<>(Map.of(
                "authorization_endpoint", at("authorize"),
                "token_endpoint", at("token"),
                "revocation_endpoint", at("revoke"),
                "api_base", at("api")));
        all.putAll(endpoints);
        all.values().removeIf(String::isEmpty);
        Map<String, Object> merged = new TreeMap<>(settings);
        merged.put("endpoints", all);
        Answer registered = admin.post(
                        "/partners",
                        Map.of(
                                "id",
                                partner,
                                "catalog",
                                "oauth2",
                                "credentials",
                                Map.of("client_id", clientId(), "client_secret", clientSecret),
                                "settings",
                                merged))
                .expect(201);
        control.registerClient(sandboxName, clientId(), clientSecret, registered.text("redirect_uri"));
        return this;
    }

    /** Registers an app that may return to {@link #RETURN_URL}. */
    public App app(String name) {
        String id = name + "-" + mark;
        String secret = admin.post("/apps", Map.of("id", id, "name", name, "return_urls", List.of(RETURN_URL)))
                .expect(201)
                .text("secret");
        return new App(id, secret, BrokerApi.as(broker, id, secret));
    }

    /** Asks for a connection of this story's partner. */
    public String request(App app, String... scopes) {
        return app.api()
                .post(
                        "/connections",
                        Map.of(
                                "partner",
                                partner,
                                "owner",
                                "owner-" + mark,
                                "scopes",
                                List.of(scopes),
                                "return_url",
                                RETURN_URL))
                .expect(201)
                .text("id");
    }

    /** Asks, and has it approved as it is. */
    public String approved(App app, String... scopes) {
        String id = request(app, scopes);
        approver.post("/connections/" + id + "/approve").expect(200);
        return id;
    }

    /** A link for the owner's browser. */
    public URI connectUrl(App app, String connection) {
        return URI.create(app.api()
                .post("/connections/" + connection + "/connect-url")
                .expect(200)
                .text("connect_url"));
    }

    /** A browser goes from the link to the partner's consent page. */
    public ConsentBrowser atConsent(URI connectUrl) {
        ConsentBrowser browser = new ConsentBrowser();
        browser.get(connectUrl);
        browser.follow();
        return browser;
    }

    /** The user says yes; the browser is back at the broker, and is sent on to the app: that address. */
    public URI consented(ConsentBrowser browser) {
        browser.allow("user-" + mark);
        browser.follow();
        return browser.location()
                .orElseThrow(() -> new AssertionError(
                        browser.page().status() + " " + browser.page().body()));
    }

    /** Approves, sends a browser through, confirms: an active connection. */
    public String active(App app, String... scopes) {
        String id = approved(app, scopes);
        connect(app, id);
        return id;
    }

    /** Sends a browser through and confirms; an active connection has a new grant then. */
    public void connect(App app, String connection) {
        URI back = consented(atConsent(connectUrl(app, connection)));
        app.api()
                .post(
                        "/connections/" + connection + "/confirm",
                        Map.of("handle", query(back).get("handle")))
                .expect(200);
    }

    /** Asks for a token. */
    public Answer token(App app, String connection) {
        return app.api().post("/connections/" + connection + "/token");
    }

    /** How many times the partner renewed this user's grant. */
    public long refreshes() {
        return control.refreshes(family());
    }

    /** What the partner calls this user's grant. */
    public String family() {
        return control.familyOf(sandboxName, "user-" + mark).orElseThrow();
    }

    /** The status of a connection. */
    public String status(String connection) {
        return approver.get("/connections/" + connection).expect(200).text("status");
    }

    /** The parameters of an address. */
    public static Map<String, String> query(URI uri) {
        return Arrays.stream(uri.getRawQuery().split("&", -1))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(
                        pair -> pair[0],
                        pair -> URLDecoder.decode(pair.length > 1 ? pair[1] : "", StandardCharsets.UTF_8)));
    }
}
