package dev.latchkey.sandbox.client;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Map;

/**
 * A fault to order: first the aim, then the kind, such as
 * {@code FaultOrder.at("cryptonit").endpoint("refresh").times(2).dropAfterCommit()}. Immutable.
 */
public final class FaultOrder {

    private static final JsonMapper MAPPER = new JsonMapper();

    private final ObjectNode json;

    private FaultOrder(ObjectNode json) {
        this.json = json;
    }

    /** For one partner. */
    public static FaultOrder at(String partner) {
        return anywhere().with("partner", partner);
    }

    /** For every partner. */
    public static FaultOrder anywhere() {
        return new FaultOrder(MAPPER.createObjectNode());
    }

    /** {@code authorize, token, refresh, revoke, api, jwks, metadata}; {@code token} is every grant but a refresh. */
    public FaultOrder endpoint(String endpoint) {
        return with("endpoint", endpoint);
    }

    public FaultOrder client(String clientId) {
        return with("client_id", clientId);
    }

    public FaultOrder user(String user) {
        return with("user", user);
    }

    public FaultOrder family(String family) {
        return with("family", family);
    }

    public FaultOrder method(String method) {
        return with("method", method);
    }

    /** How many requests are hit; one if this is not called. */
    public FaultOrder times(int times) {
        ObjectNode more = json.deepCopy();
        more.put("times", times);
        return new FaultOrder(more);
    }

    /** Until the fault is taken back. */
    public FaultOrder forever() {
        return with("times", "forever");
    }

    public FaultOrder latency(Duration delay) {
        return kind("latency", Map.of("ms", delay.toMillis()));
    }

    /** Requests arrive after a random time of at most this; so two that were sent together may change places. */
    public FaultOrder arrivalJitter(Duration most) {
        return kind("latency", Map.of("ms", 0, "jitter_ms", most.toMillis()));
    }

    /** The partner acts at once and answers late. */
    public FaultOrder latencyAfterCommit(Duration delay) {
        return kind("latency", Map.of("ms", delay.toMillis(), "when", "after"));
    }

    public FaultOrder dropBeforeCommit() {
        return kind("drop_before_commit", Map.of());
    }

    public FaultOrder dropAfterCommit() {
        return kind("drop_after_commit", Map.of());
    }

    public FaultOrder status(int status, Map<String, String> headers, String body) {
        return kind("status", Map.of("status", status, "headers", headers, "body", body));
    }

    public FaultOrder redirect(int status, String location) {
        return kind("redirect", Map.of("status", status, "location", location));
    }

    public FaultOrder drip(int bytesPerSecond) {
        return kind("drip", Map.of("bytes_per_second", bytesPerSecond));
    }

    public FaultOrder huge(long bytes) {
        return kind("huge", Map.of("bytes", bytes));
    }

    public FaultOrder endless(Duration cap) {
        return kind("endless", Map.of("max_seconds", cap.toSeconds()));
    }

    public FaultOrder gzipBomb(long bytes) {
        return kind("gzip_bomb", Map.of("bytes", bytes));
    }

    public FaultOrder deepJson(int depth) {
        return kind("deep_json", Map.of("depth", depth));
    }

    /** {@code invalid_utf8, nul, duplicate_keys, truncated}. */
    public FaultOrder rawSample(String sample) {
        return kind("raw", Map.of("sample", sample));
    }

    /** Fields of the real JSON answer take these values. */
    public FaultOrder answerWith(Map<String, ?> fields) {
        return kind("answer", Map.of("set", fields));
    }

    /** A field of the real JSON answer takes this raw text, which need not be JSON. */
    public FaultOrder answerWithRaw(String field, String raw) {
        return kind("answer", Map.of("raw", Map.of(field, raw)));
    }

    public FaultOrder answerWithout(String field) {
        return kind("answer", Map.of("remove", new String[] {field}));
    }

    /** {@code omitted, null, empty, same}: the partner does not rotate then. */
    public FaultOrder refreshToken(String mode) {
        return kind("answer", Map.of("refresh_token", mode));
    }

    /** {@code correct, wrong, missing, duplicate}. */
    public FaultOrder iss(String value) {
        return kind("iss", Map.of("value", value));
    }

    /** Any text as {@code iss}. */
    public FaultOrder issText(String text) {
        return kind("iss", Map.of("value", "text", "text", text));
    }

    /** Any kind with its fields, as the documentation lists them. */
    public FaultOrder kind(String kind, Map<String, ?> fields) {
        ObjectNode more = json.deepCopy();
        ObjectNode fault = MAPPER.valueToTree(fields);
        more.set("fault", fault.put("kind", kind));
        return new FaultOrder(more);
    }

    String toJson() {
        return json.toString();
    }

    private FaultOrder with(String field, String value) {
        ObjectNode more = json.deepCopy();
        more.put(field, value);
        return new FaultOrder(more);
    }
}
