package dev.latchkey.signing;

import dev.latchkey.sandbox.client.SandboxControl;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** An API key at a partner of the sandbox, registered with a broker, and an app that is granted its use. */
final class KeyStory {

    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private final String row;
    private final URI broker;
    private final BrokerApi admin;
    private final BrokerApi approver;
    private final SandboxControl control;
    private final URI base;

    /** {@code api} is the path of the partner's API in the sandbox. */
    KeyStory(String row, URI broker, BrokerApi admin, BrokerApi approver, URI sandbox, String api) {
        this.row = row;
        this.broker = broker;
        this.admin = admin;
        this.approver = approver;
        this.control = new SandboxControl(sandbox);
        this.base = sandbox.resolve(api);
    }

    SandboxControl control() {
        return control;
    }

    BrokerApi approver() {
        return approver;
    }

    URI base() {
        return base;
    }

    String key() {
        return "key-" + mark;
    }

    String secret() {
        return "api-secret-" + mark;
    }

    String partner() {
        return row + "-" + mark;
    }

    /** Registers the key on both sides. */
    KeyStory registered() {
        control.registerClient(row, key(), secret());
        admin.post("/partners", registration(key(), secret())).expect(201);
        return this;
    }

    /** Another key takes the place of the first. */
    void rotate(String key, String secret) {
        control.registerClient(row, key, secret);
        Map<String, Object> body = registration(key, secret);
        body.remove("id");
        admin.put("/partners/" + partner(), body).expect(200);
    }

    private Map<String, Object> registration(String key, String secret) {
        return new TreeMap<>(Map.of(
                "id",
                partner(),
                "catalog",
                row,
                "credentials",
                Map.of("api_key", key, "api_secret", secret),
                "settings",
                Map.of("endpoints", Map.of("api_base", base.toString()))));
    }

    /** An app with an active connection, granted for these methods. */
    Granted granted(String... methods) {
        String id = "app-" + UUID.randomUUID();
        String secret = admin.post("/apps", Map.of("id", id, "name", "App", "return_urls", List.of()))
                .expect(201)
                .text("secret");
        BrokerApi app = BrokerApi.as(broker, id, secret);
        Map<String, Object> wish = new TreeMap<>(Map.of("partner", partner(), "owner", "us", "scopes", List.of()));
        if (methods.length > 0) {
            wish.put("methods", List.of(methods));
        }
        String connection = app.post("/connections", wish).expect(201).text("id");
        approver.post("/connections/" + connection + "/approve").expect(200);
        return new Granted(app, id, secret, connection);
    }

    /** What an app can do with its connection. */
    record Granted(BrokerApi app, String id, String secret, String connection) {

        /** The same app at another process. */
        Granted at(URI broker) {
            return new Granted(BrokerApi.as(broker, id, secret), id, secret, connection);
        }

        Answer proxy(String path, String body, String type) {
            return app.send("POST", "/connections/" + connection + "/proxy/" + path, body, type);
        }

        Answer sign(String url, String body, String type) {
            return app.post(
                    "/connections/" + connection + "/sign",
                    Map.of("method", "POST", "url", url, "headers", Map.of("Content-Type", type), "body", body));
        }
    }
}
