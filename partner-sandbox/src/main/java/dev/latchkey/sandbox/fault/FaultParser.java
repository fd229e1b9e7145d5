package dev.latchkey.sandbox.fault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.Fields;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.http.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the {@code fault} object of an order; every kind has its own closed set of fields. */
public final class FaultParser {

    private static final long MOST_BYTES = 1L << 31;
    private static final long MOST_SECONDS = 600;
    private static final Set<Long> REDIRECTS = Set.of(301L, 302L, 303L, 307L, 308L);

    private FaultParser() {}

    /** Reads one fault or refuses it. */
    public static Fault parse(ObjectNode json) {
        Fields fields = new Fields(json);
        Fault fault = ofKind(fields.requiredText("kind"), fields);
        fields.done();
        return fault;
    }

    private static Fault ofKind(String kind, Fields f) {
        return switch (kind) {
            case "latency" ->
                new Fault.Latency(
                        Duration.ofMillis(upTo(f.requiredInteger("ms"), MOST_SECONDS * 1000)),
                        Duration.ofMillis(upTo(f.integer("jitter_ms").orElse(0L), MOST_SECONDS * 1000)),
                        afterCommit(f));
            case "drop_before_commit" -> new Fault.Drop(false);
            case "drop_after_commit" -> new Fault.Drop(true);
            case "status" -> new Fault.Replace(status(f), f.flag("commit").orElse(false));
            case "redirect" -> new Fault.Replace(redirect(f), f.flag("commit").orElse(false));
            case "drip" -> new Fault.Drip((int) Math.max(1, upTo(f.requiredInteger("bytes_per_second"), 1_000_000)));
            case "huge" -> new Fault.Huge(upTo(f.requiredInteger("bytes"), MOST_BYTES));
            case "endless" ->
                new Fault.Endless(
                        Duration.ofSeconds(upTo(f.integer("max_seconds").orElse(120L), MOST_SECONDS)));
            case "gzip_bomb" -> new Fault.GzipBomb(upTo(f.requiredInteger("bytes"), MOST_BYTES));
            case "deep_json" -> new Fault.Replace(deep((int) upTo(f.requiredInteger("depth"), 1_000_000)), false);
            case "raw" -> new Fault.Replace(raw(f), f.flag("commit").orElse(false));
            case "answer" -> new Fault.EditAnswer(edit(f));
            case "iss" -> new Fault.EditIss(iss(f.requiredText("value"), f));
            default -> throw refused("unknown fault kind " + kind);
        };
    }

    private static boolean afterCommit(Fields fields) {
        return switch (fields.text("when").orElse("before")) {
            case "before" -> false;
            case "after" -> true;
            default -> throw refused("when must be before or after");
        };
    }

    private static Response status(Fields fields) {
        long status = fields.requiredInteger("status");
        if (status < 200 || status > 599) {
            throw refused("status must be 200 to 599");
        }
        Response response =
                Response.of((int) status, fields.text("body").orElse("").getBytes(StandardCharsets.UTF_8));
        for (Map.Entry<String, JsonNode> header :
                fields.object("headers").orElseGet(StrictJson::object).properties()) {
            response = response.with(
                    plain(header.getKey()), plain(header.getValue().asText()));
        }
        return response;
    }

    private static Response redirect(Fields fields) {
        long status = fields.integer("status").orElse(302L);
        if (!REDIRECTS.contains(status)) {
            throw refused("status must be one of 301, 302, 303, 307, 308");
        }
        return Response.empty((int) status).with("Location", plain(fields.requiredText("location")));
    }

    private static Response deep(int depth) {
        String json = "{\"access_token\":" + "[".repeat(depth) + "]".repeat(depth) + "}";
        return Response.json(200, json);
    }

    private static Response raw(Fields fields) {
        Optional<String> sample = fields.text("sample");
        Optional<String> base64 = fields.text("body_base64");
        if (sample.isPresent() == base64.isPresent()) {
            throw refused("give either sample or body_base64");
        }
        long status = fields.integer("status").orElse(200L);
        return Response.of((int) status, sample.map(FaultParser::sample).orElseGet(() -> decoded(base64.orElse(""))))
                .with("Content-Type", plain(fields.text("content_type").orElse("application/json")));
    }

    private static byte[] sample(String name) {
        String head = "{\"access_token\":\"";
        String tail = "\",\"token_type\":\"Bearer\",\"expires_in\":3600}";
        return switch (name) {
            case "invalid_utf8" -> (head + "\u00ff\u00fe" + tail).getBytes(StandardCharsets.ISO_8859_1);
            case "nul" -> (head + "a\0b" + tail).getBytes(StandardCharsets.UTF_8);
            case "duplicate_keys" ->
                (head + "first\",\"access_token\":\"second" + tail).getBytes(StandardCharsets.UTF_8);
            case "truncated" -> head.getBytes(StandardCharsets.UTF_8);
            default -> throw refused("sample must be invalid_utf8, nul, duplicate_keys or truncated");
        };
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException malformed) {
            throw refused("body_base64 is not Base64");
        }
    }

    private static AnswerEdit edit(Fields f) {
        Map<String, String> raw = new HashMap<>();
        Set<String> removed = new HashSet<>(f.texts("remove").orElse(List.of()));
        f.object("set")
                .ifPresent(all ->
                        all.properties().forEach(field -> raw.put(field.getKey(), StrictJson.write(field.getValue()))));
        f.object("raw")
                .ifPresent(all -> all.properties()
                        .forEach(field ->
                                raw.put(field.getKey(), field.getValue().asText())));
        Optional<String> refreshToken = f.text("refresh_token");
        switch (refreshToken.orElse("")) {
            case "", "same" -> {}
            case "omitted" -> removed.add("refresh_token");
            case "null" -> raw.put("refresh_token", "null");
            case "empty" -> raw.put("refresh_token", "\"\"");
            default -> throw refused("refresh_token must be omitted, null, empty or same");
        }
        return new AnswerEdit(raw, removed, refreshToken.isPresent());
    }

    /** Reads the name of an {@code iss} behaviour. */
    public static IssEdit iss(String value, Fields fields) {
        return switch (value) {
            case "correct" -> new IssEdit.Correct();
            case "wrong" -> new IssEdit.Wrong();
            case "missing" -> new IssEdit.Missing();
            case "duplicate" -> new IssEdit.Duplicate();
            case "text" -> new IssEdit.Text(fields.requiredText("text"));
            default -> throw refused("iss must be correct, wrong, missing, duplicate or text");
        };
    }

    private static String plain(String header) {
        if (header.chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw refused("a header must be printable ASCII");
        }
        return header;
    }

    private static long upTo(long value, long most) {
        if (value > most) {
            throw refused("at most " + most);
        }
        return value;
    }

    private static Refusal refused(String reason) {
        return new Refusal(400, "invalid_request", reason);
    }
}
