package dev.latchkey.webhook;

import static org.awaitility.Awaitility.await;

import dev.latchkey.event.EventReceiver;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.ChildProcess;
import dev.latchkey.testkit.RawHttp;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A registration whose partner sends webhooks, an app with a connection to it, and the partner's pen. */
final class Hooked {

    static final String CHALLENGE = "X-Noones-Request-Challenge";
    static final String SIGNATURE = "X-Noones-Signature";

    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private final BrokerApi admin = BrokerApi.as(BrokerStack.broker(), "admin", BrokerStack.PASSWORD);
    private final BrokerApi approver = BrokerApi.as(BrokerStack.broker(), "approver", BrokerStack.PASSWORD);
    private final String partner = "hook-" + mark;
    private final String catalog;
    private final Map<String, String> credentials;
    private final Answer registered;

    private Hooked(String catalog, Map<String, String> credentials) {
        this.catalog = catalog;
        this.credentials = credentials;
        this.registered = admin.post(
                        "/partners",
                        Map.of("id", partner, "catalog", catalog, "credentials", credentials, "settings", Map.of()))
                .expect(201);
    }

    /** Signed with an API secret. */
    static Hooked noones() {
        return new Hooked("noones-hmac", Map.of("api_key", "key", "api_secret", "secret-" + UUID.randomUUID()));
    }

    /** Not signed. */
    static Hooked unsigned() {
        return new Hooked(
                "noones-oauth2-direct", Map.of("client_id", "c", "client_secret", "secret-" + UUID.randomUUID()));
    }

    /** Signed with id and time. */
    static Hooked timed() {
        return new Hooked("timed", Map.of("client_id", "c", "client_secret", "secret-" + UUID.randomUUID()));
    }

    BrokerApi admin() {
        return admin;
    }

    BrokerApi approver() {
        return approver;
    }

    String partner() {
        return partner;
    }

    Answer registered() {
        return registered;
    }

    String secret() {
        return credentials.getOrDefault("api_secret", credentials.getOrDefault("client_secret", ""));
    }

    /** Changes one credential. */
    Answer change(String name, String value) {
        return admin.put("/partners/" + partner, Map.of("catalog", catalog, "credentials", Map.of(name, value)));
    }

    URI url() {
        return URI.create(registered.text("webhook_url"));
    }

    String path() {
        return url().getRawPath();
    }

    /** An app that takes events at an address; its events secret is in the answer. */
    record App(String id, BrokerApi api, String eventsSecret) {}

    App app(String name, URI events) {
        String id = name + "-" + mark;
        Answer made = admin.post(
                        "/apps",
                        Map.of("id", id, "name", name, "return_urls", List.of(), "events_url", events.toString()))
                .expect(201);
        return new App(id, BrokerApi.as(BrokerStack.broker(), id, made.text("secret")), made.text("events_secret"));
    }

    /** An app whose receiver verifies with its own secret; the receiver's port is taken before the app is registered. */
    EventReceiver receiver(String name) throws Exception {
        int port = ChildProcess.freePort();
        App app = app(name, URI.create("http://127.0.0.1:" + port + "/events"));
        EventReceiver receiver = EventReceiver.start(app.eventsSecret(), port);
        connection(app);
        // it is told of its connection first
        await().atMost(Duration.ofSeconds(60)).until(() -> !receiver.received().isEmpty());
        receiver.received().clear();
        return receiver;
    }

    /** A connection of that app that is active at once. */
    String connection(App app) {
        String id = app.api()
                .post("/connections", Map.of("partner", partner, "owner", "owner-" + mark, "scopes", List.of()))
                .expect(201)
                .text("id");
        approver.post("/connections/" + id + "/approve").expect(200);
        return id;
    }

    /** Lower-case hex HMAC-SHA256. */
    static String hmac(String secret, byte[] bytes) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    String sign(String body) {
        return hmac(secret(), bytes(body));
    }

    /** An event that is signed as it must be. */
    Reply send(String body) {
        return post(bytes(body), SIGNATURE + ": " + sign(body));
    }

    /** POST of these bytes with these further lines, in the head as they are. */
    Reply post(byte[] body, String... lines) {
        return postTo(path(), body, lines);
    }

    /** A signed event that is said to be of that media type. */
    Reply typed(String type, String body) {
        return send(path(), type, bytes(body), SIGNATURE + ": " + sign(body));
    }

    static Reply postTo(String path, byte[] body, String... lines) {
        return send(path, "application/json", body, lines);
    }

    private static Reply send(String path, String type, byte[] body, String... lines) {
        String head = "POST " + path + " HTTP/1.1\r\nHost: "
                + BrokerStack.broker().getAuthority() + "\r\n"
                + "Content-Type: " + type + "\r\nContent-Length: " + body.length + "\r\n"
                + String.join(
                        "", List.of(lines).stream().map(line -> line + "\r\n").toList())
                + "Connection: close\r\n\r\n";
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        request.writeBytes(body);
        return Reply.of(RawHttp.send(BrokerStack.broker(), request.toByteArray()));
    }

    /** GET with these lines. */
    Reply get(String... lines) {
        return Reply.of(RawHttp.get(BrokerStack.broker(), path(), lines));
    }

    /** A raw answer. */
    record Reply(int status, String head, String body) {

        static Reply of(String raw) {
            String[] parts = raw.split("\r\n\r\n", 2);
            return new Reply(RawHttp.status(raw), parts[0], parts.length > 1 ? parts[1] : "");
        }

        /** A field's value, or an empty text. */
        String field(String name) {
            return head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }

        String code() {
            return body.replaceFirst("(?s).*\"code\":\"([a-z_]+)\".*", "$1");
        }

        /** The body without what differs in every answer: the id of the request. */
        String lasting() {
            return body.replaceFirst("urn:uuid:[0-9a-f-]{36}", "urn:uuid:");
        }
    }
}
