package dev.latchkey.refresh;

import dev.latchkey.boot.DatabaseAccess;
import dev.latchkey.sandbox.Sandbox;
import dev.latchkey.sandbox.SandboxConfig;
import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.client.SandboxControl;
import dev.latchkey.secret.Purpose;
import dev.latchkey.testkit.Arrests;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerProcess;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.ChildProcess;
import dev.latchkey.testkit.Story;
import dev.latchkey.testkit.TestDatabase;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** Broker processes on one database and one keyset, a sandbox, one app, and connections through the code flow. */
final class RefreshRig implements AutoCloseable {

    /** A broker and the port that its debugger listens at; 0 if it has none. */
    record Broker(BrokerProcess process, int debugPort) {}

    /** The sandbox's setting for the life of access tokens, in seconds. */
    private static final String LIFE = "access_token_seconds";

    /** A connection at a partner of its own, which rotates as the settings say. */
    record Cell(
            String name,
            String partner,
            String sandboxName,
            String connection,
            Map<String, Object> settings,
            SandboxControl control) {

        /** So many seconds, from the next one on. */
        void tokensLive(int seconds) {
            Map<String, Object> changed = new HashMap<>(settings);
            changed.put(LIFE, seconds);
            control.settings(sandboxName, changed);
        }

        String family() {
            return control.familyOf(sandboxName, "user-" + partner).orElseThrow();
        }

        /** Refreshes that took effect. */
        long refreshes() {
            return control.refreshes(family());
        }

        /** Refreshes that arrived. */
        long requests() {
            return control.count(sandboxName, "refresh");
        }

        long reuseDetections() {
            return control.counters()
                    .path("partners")
                    .path(sandboxName)
                    .path("reuse_detections")
                    .asLong();
        }
    }

    /** As long as Atlassian's: a crowded machine starts a broker in a minute, and rules must not depend on that. */
    private static final int LONG_GRACE = 600;

    private final String mark = UUID.randomUUID().toString().substring(0, 6);
    private final Sandbox sandbox = Sandbox.start(SandboxConfig.defaults());
    private final SandboxControl control = new SandboxControl(sandbox.baseUri());
    private final RigStores stores;
    private final int graceSeconds;
    private final String password = UUID.randomUUID().toString();
    private final List<Broker> brokers = new ArrayList<>();
    private final String appId = "shop-" + mark;
    private String appSecret = "";

    /** On the local store. */
    RefreshRig() {
        this(RigStores.local());
    }

    /** On the local store in that database. */
    RefreshRig(DatabaseAccess access) {
        this(RigStores.local(access));
    }

    /** On stores that end with the rig. */
    RefreshRig(RigStores stores) {
        this(stores, LONG_GRACE);
    }

    /** The same, with partners whose grace is that long. */
    RefreshRig(RigStores stores, int graceSeconds) {
        this.stores = stores;
        this.graceSeconds = graceSeconds;
    }

    /** One more broker process. */
    Broker start(Map<String, String> properties) {
        return start(properties, Map.of());
    }

    /** One more broker process, with these variables in its environment. */
    Broker start(Map<String, String> properties, Map<String, String> variables) {
        int debugPort = ChildProcess.freePort();
        Map<String, String> environment = new HashMap<>(Arrests.environment(debugPort));
        environment.putAll(variables);
        return start(properties, environment, debugPort);
    }

    /** One more broker process, which nobody can arrest: a debugger makes virtual threads dear, and would be measured, too. */
    Broker startForMeasuring(Map<String, String> properties) {
        return start(properties, Map.of(), 0);
    }

    private Broker start(Map<String, String> properties, Map<String, String> variables, int debugPort) {
        DatabaseAccess access = stores.database();
        Map<String, String> all = new HashMap<>(stores.properties());
        all.putAll(properties);
        Map<String, String> environment = new HashMap<>();
        environment.put("LATCHKEY_DATABASE_PASSWORD", access.password().reveal(Purpose.STORE));
        environment.put(
                "LATCHKEY_DATABASE_OWNER_PASSWORD", access.ownerPassword().reveal(Purpose.STORE));
        environment.put("LATCHKEY_ADMIN_PASSWORD", password);
        environment.put("LATCHKEY_APPROVER_PASSWORD", password);
        environment.putAll(variables);
        Broker broker = new Broker(BrokerProcess.start(all, environment), debugPort);
        brokers.add(broker);
        if (appSecret.isEmpty()) {
            appSecret = admin().post(
                            "/apps", Map.of("id", appId, "name", appId, "return_urls", List.of(Story.RETURN_URL)))
                    .expect(201)
                    .text("secret");
        }
        return broker;
    }

    SandboxControl control() {
        return control;
    }

    BrokerTables tables() {
        return new BrokerTables(TestDatabase.dataSource(stores.database()));
    }

    RigStores stores() {
        return stores;
    }

    BrokerApi admin() {
        return BrokerApi.as(brokers.getFirst().process().baseUri(), "admin", password);
    }

    /** The app's view of a broker. */
    BrokerApi app(Broker broker) {
        return BrokerApi.as(broker.process().baseUri(), appId, appSecret);
    }

    /** An active connection at a partner of its own that rotates in that way. */
    Cell connect(String name, String rotation, int accessTokenSeconds) {
        String partner = name.replace('/', '-') + "-" + mark;
        String sandboxName = "generic/" + partner;
        String at = sandbox.baseUri() + "/" + sandboxName + "/";
        Map<String, Object> settings =
                Map.of("rotation", rotation, "grace_seconds", graceSeconds, LIFE, accessTokenSeconds);
        control.settings(sandboxName, settings);
        Map<String, Object> refresh = rotation.equals("grace")
                ? Map.of("rotation", rotation, "grace", graceSeconds)
                : Map.of("rotation", rotation);
        Answer registered = admin().post(
                        "/partners",
                        Map.of(
                                "id",
                                partner,
                                "catalog",
                                "oauth2",
                                "credentials",
                                Map.of("client_id", "client", "client_secret", "client-secret-" + partner),
                                "settings",
                                Map.of(
                                        "refresh",
                                        refresh,
                                        "endpoints",
                                        Map.of(
                                                "authorization_endpoint", at + "authorize",
                                                "token_endpoint", at + "token",
                                                "revocation_endpoint", at + "revoke",
                                                "api_base", at + "api"))))
                .expect(201);
        control.registerClient(sandboxName, "client", "client-secret-" + partner, registered.text("redirect_uri"));
        return new Cell(name, partner, sandboxName, activated(partner), settings, control);
    }

    /** One more connection of the partner, active. */
    String activated(String partner) {
        BrokerApi app = app(brokers.getFirst());
        String id = app.post(
                        "/connections",
                        Map.of(
                                "partner",
                                partner,
                                "owner",
                                "owner",
                                "scopes",
                                List.of("read"),
                                "return_url",
                                Story.RETURN_URL))
                .expect(201)
                .text("id");
        BrokerApi.as(brokers.getFirst().process().baseUri(), "approver", password)
                .post("/connections/" + id + "/approve")
                .expect(200);
        consent(partner, id);
        return id;
    }

    /** A browser goes through the partner, and the app confirms. */
    void consent(String partner, String id) {
        BrokerApi app = app(brokers.getFirst());
        ConsentBrowser browser = new ConsentBrowser();
        browser.get(URI.create(
                app.post("/connections/" + id + "/connect-url").expect(200).text("connect_url")));
        browser.follow();
        browser.allow("user-" + partner);
        browser.follow();
        URI back = browser.location().orElseThrow();
        app.post(
                        "/connections/" + id + "/confirm",
                        Map.of("handle", Story.query(back).get("handle")))
                .expect(200);
    }

    /** The reason of an active connection, or its status. */
    String standing(Cell cell) {
        return tables().texts(
                        "select case when status = 'active' then coalesce(reason, 'active') else status end"
                                + " from connection where id = ?",
                        UUID.fromString(cell.connection()))
                .getFirst();
    }

    /**
     * How all connections stand, by id: reason or status, and {@code settled} where nothing is open. An ambiguous one has
     * its intent open, and has no second word.
     */
    Map<String, String> standings() {
        return tables()
                .texts(
                        "select c.id || '=' || case when status = 'active' then coalesce(reason, 'active') else status end"
                                + " || case when lease_until > now()"
                                + " or exists (select from refresh_intent i where i.connection = c.id and i.state = 'SENDING')"
                                + " or exists (select from refresh_journal j where j.connection = c.id)"
                                + " then '' else ' settled' end from connection c")
                .stream()
                .map(row -> row.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    /** Whether nothing is open: no intent, no lease, nothing in the journal. */
    boolean isSettled(Cell cell) {
        UUID id = UUID.fromString(cell.connection());
        return tables().texts(
                        "select 1 from connection c where id = ? and (lease_until > now()"
                                + " or exists (select from refresh_intent i where i.connection = c.id"
                                + " and i.state = 'SENDING')"
                                + " or exists (select from refresh_journal j where j.connection = c.id))",
                        id)
                .isEmpty();
    }

    int audited(Cell cell, String action) {
        return tables().texts(
                        "select id from audit_event where connection = ? and action = ?",
                        UUID.fromString(cell.connection()),
                        action)
                .size();
    }

    @Override
    public void close() {
        brokers.forEach(broker -> broker.process().close());
        sandbox.close();
        stores.close();
    }
}
