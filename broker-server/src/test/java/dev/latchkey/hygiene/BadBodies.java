package dev.latchkey.hygiene;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Makes bad JSON bodies out of a good one and the types of its members. */
final class BadBodies {

    /** Stands in bad values, and so may stand in no answer. */
    static final String MARK = "zq7mark";

    private static final String LONG = "\"" + MARK + "a".repeat(10_000) + "\"";
    private static final Map<String, List<String>> WRONG = Map.of(
            "string",
                    List.of(
                            "0",
                            "-1",
                            "1.5",
                            "1e400",
                            "true",
                            "[]",
                            "{}",
                            "[\"" + MARK + "\"]",
                            "{\"" + MARK + "\":1}",
                            "\"\"",
                            "\" \"",
                            "\"\\ud800" + MARK + "\"",
                            "\"" + MARK + "\\u0000\"",
                            "\"" + MARK + "\\u001b[31m\\r\\n\"",
                            LONG),
            "array",
                    List.of(
                            "0",
                            "true",
                            "{}",
                            "\"" + MARK + "\"",
                            "[1]",
                            "[null]",
                            "[[]]",
                            "[{}]",
                            "[\"\"]",
                            "[true]",
                            "[\"" + MARK + "\\ud800\"]",
                            "[" + LONG + "]",
                            "[\"" + MARK + "\\n\"]",
                            "[" + "\"x\",".repeat(1000) + "\"x\"]"),
            "integer",
                    List.of(
                            "-1",
                            "1.5",
                            "1e400",
                            "true",
                            "[]",
                            "{}",
                            "\"60\"",
                            "\"" + MARK + "\"",
                            "9223372036854775808",
                            "9".repeat(99),
                            "9".repeat(30_000),
                            "86401"),
            "object",
                    List.of(
                            "0",
                            "true",
                            "[]",
                            "\"" + MARK + "\"",
                            "[{}]",
                            "{\"" + MARK + "\":1}",
                            "{\"" + MARK + "\":\"x\"}",
                            "{\"client_id\":1}",
                            "{\"client_secret\":[\"" + MARK + "\"]}",
                            "{\"endpoints\":7}",
                            "{\"endpoints\":{\"token_endpoint\":7}}",
                            "{\"endpoints\":{\"" + MARK + "\":\"x\"}}",
                            "{\"endpoints\":{\"token_endpoint\":\"javascript:" + MARK + "\"}}",
                            "{\"client_id\":\"\\ud800" + MARK + "\"}",
                            nested("{\"a\":", "}", 60)));

    /** R165: what the table has, and no caller may set. */
    private static final List<String> NOT_OURS = List.of(
            "tenantId",
            "tenant_id",
            "status",
            "version",
            "secretPath",
            "secret_path",
            "created_by",
            "approved_by",
            "requested_by",
            "kv_version",
            "roles",
            "fingerprints",
            "misconfigured",
            "secret",
            "secret_sha256",
            "import",
            "epoch",
            MARK,
            "__proto__",
            "");

    private BadBodies() {}

    /** A bad body and what is bad about it. */
    record Bad(String what, byte[] body) {
        static Bad of(String what, String body) {
            return new Bad(what, body.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** All of them; {@code required} members may not be missing or null. */
    static List<Bad> of(ObjectNode good, Map<String, String> types, Set<String> required) {
        List<Bad> bad = new ArrayList<>();
        types.forEach((member, type) -> members(bad, good, member, type));
        for (String member : required) {
            bad.add(Bad.of(
                    "without " + member,
                    good.deepCopy().without(List.of(member)).toString()));
            bad.add(Bad.of(member + " null", with(good, member, "null")));
        }
        for (String name : NOT_OURS) {
            if (!types.containsKey(name)) {
                bad.add(Bad.of("with " + name, with(good, name, "\"" + MARK + "\"")));
            }
        }
        documents(bad, good.toString());
        return bad;
    }

    private static void members(List<Bad> bad, ObjectNode good, String member, String type) {
        if (!WRONG.containsKey(type)) {
            throw new AssertionError("no bad values are known for " + type + " of " + member);
        }
        WRONG.get(type).forEach(value -> bad.add(Bad.of(member + " " + start(value), with(good, member, value))));
        String twice = "{\"" + member + "\":" + good.get(member) + ","
                + good.toString().substring(1);
        bad.add(Bad.of(member + " twice", twice));
        bad.add(Bad.of(
                member + " in capitals",
                good.toString().replace("\"" + member + "\":", "\"" + member.toUpperCase(Locale.ROOT) + "\":")));
    }

    private static void documents(List<Bad> bad, String good) {
        String more = "," + good.substring(1);
        for (String text : List.of(
                "[]",
                "[" + good + "]",
                "1",
                "true",
                "\"" + MARK + "\"",
                "{",
                good.substring(0, good.length() - 1),
                good + "x",
                good + good,
                good + "]",
                "'" + MARK + "'",
                "{'" + MARK + "':1}",
                "{/*" + MARK + "*/" + good.substring(1),
                good.substring(0, good.length() - 1) + ",}",
                "{\"n\":NaN" + more,
                "{\"n\":" + "9".repeat(60_000) + more,
                "{\"n\":1e999999999" + more,
                "{\"n\":" + nested("[", "]", 1001) + more,
                nested("[", "]", 30_000),
                nested("{\"a\":", "}", 1001),
                "{\"n\":\"\t\"" + more,
                "\ufeff" + MARK,
                "<a>" + MARK + "</a>",
                "a=" + MARK + "&b=c",
                good + " ".repeat(64 * 1024 + 1 - good.length()))) {
            bad.add(Bad.of("document " + start(text), text));
        }
        bad.add(new Bad("UTF-16", good.getBytes(StandardCharsets.UTF_16)));
        bad.add(new Bad("Latin-1", ("{\"" + MARK + "\u00e9\":1" + more).getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static String with(ObjectNode good, String member, String value) {
        String rest = good.deepCopy().without(List.of(member)).toString();
        return "{\"" + member + "\":" + value + (rest.equals("{}") ? "}" : "," + rest.substring(1));
    }

    private static String nested(String open, String close, int depth) {
        return open.repeat(depth) + (open.endsWith(":") ? "1" : "") + close.repeat(depth);
    }

    private static String start(String value) {
        return value.length() > 40 ? value.substring(0, 40) + "... " + value.length() : value;
    }
}
