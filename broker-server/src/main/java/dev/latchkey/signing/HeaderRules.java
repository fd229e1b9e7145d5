package dev.latchkey.signing;

import dev.latchkey.problem.BrokerException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which header fields pass from an app to a partner and back; names in lower case. */
final class HeaderRules {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");
    private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7E\\t]{0,8192}");

    /** RFC 9110 section 7.6.1 and what frames a message; each hop has its own. */
    private static final Set<String> HOP = Set.of(
            "connection",
            "keep-alive",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings",
            "content-length",
            "proxy-connection");

    /** Credentials, and fields that describe the broker or the app's route to it. */
    private static final Set<String> OURS = Set.of(
            "host",
            "expect",
            "authorization",
            "cookie",
            "cookie2",
            "forwarded",
            "via",
            "x-real-ip",
            "traceparent",
            "tracestate",
            "baggage",
            "b3",
            "uber-trace-id");

    private static final List<String> OUR_PREFIXES = List.of("proxy-", "x-forwarded-", "x-b3-", "latchkey-");

    /** Fields that make some servers use another method or path than the one that was checked against the grant. */
    private static final Set<String> REWRITING = Set.of(
            "x-http-method",
            "x-http-method-override",
            "x-method-override",
            "x-original-url",
            "x-original-method",
            "x-rewrite-url");

    /** Fields that a browser would take as the broker's own instructions, and fields that the broker sets itself. */
    private static final Set<String> OF_AN_ORIGIN = Set.of(
            "set-cookie",
            "set-cookie2",
            "strict-transport-security",
            "content-security-policy",
            "content-security-policy-report-only",
            "public-key-pins",
            "expect-ct",
            "alt-svc",
            "clear-site-data",
            "nel",
            "report-to",
            "reporting-endpoints",
            "permissions-policy",
            "referrer-policy",
            "x-frame-options",
            "x-content-type-options",
            "service-worker-allowed",
            "origin-agent-cluster",
            "x-request-id",
            "cache-control",
            "pragma",
            "expires");

    private static final List<String> PREFIXES_OF_AN_ORIGIN =
            List.of("access-control-", "cross-origin-", "proxy-", "latchkey-");

    private HeaderRules() {}

    /** What a partner gets of an app's header fields; {@code invalid_request} for what cannot be passed on truly. */
    static Map<String, String> toPartner(Map<String, List<String>> fields) {
        Set<String> named = namedByConnection(fields);
        Map<String, String> passed = new TreeMap<>();
        fields.forEach((name, values) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!isForThisHop(lower) && !named.contains(lower)) {
                // several fields of a name are one list (RFC 9110 section 5.3)
                String value = String.join(", ", values);
                check(name, value);
                passed.merge(lower, value, (one, other) -> one + ", " + other);
            }
        });
        return passed;
    }

    /** The same for fields that are to be signed: what would be left out is refused, since the app must send it so. */
    static Map<String, String> toBeSigned(Map<String, String> fields) {
        Map<String, String> passed = new TreeMap<>();
        fields.forEach((name, value) -> {
            check(name, value);
            String lower = name.toLowerCase(Locale.ROOT);
            if (isForThisHop(lower)) {
                throw invalid("A header field of the connection, or one that the broker sets.");
            }
            if (passed.put(lower, value) != null) {
                throw invalid("A header field comes twice.");
            }
        });
        return passed;
    }

    /** These fields with those that the partner wants on every request, which win. */
    static Map<String, String> with(Map<String, String> fields, Map<String, String> wanted) {
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.putAll(fields);
        all.putAll(wanted);
        return all;
    }

    /** What an app gets of a partner's header fields. */
    static Map<String, List<String>> toApp(Map<String, List<String>> fields) {
        Set<String> named = namedByConnection(fields);
        Map<String, List<String>> passed = new TreeMap<>();
        fields.forEach((name, values) -> {
            boolean kept = !HOP.contains(name)
                    && !OF_AN_ORIGIN.contains(name)
                    && PREFIXES_OF_AN_ORIGIN.stream().noneMatch(name::startsWith)
                    && !named.contains(name)
                    && NAME.matcher(name).matches();
            List<String> plain =
                    values.stream().filter(it -> VALUE.matcher(it).matches()).toList();
            if (kept && !plain.isEmpty()) {
                passed.put(name, plain);
            }
        });
        return passed;
    }

    private static boolean isForThisHop(String lower) {
        return HOP.contains(lower)
                || OURS.contains(lower)
                || OUR_PREFIXES.stream().anyMatch(lower::startsWith);
    }

    private static Set<String> namedByConnection(Map<String, List<String>> fields) {
        Set<String> named = new HashSet<>();
        fields.forEach((name, values) -> {
            if (name.equalsIgnoreCase("connection")) {
                values.forEach(value -> named.addAll(Arrays.stream(value.split(","))
                        .map(it -> it.strip().toLowerCase(Locale.ROOT))
                        .collect(Collectors.toSet())));
            }
        });
        return named;
    }

    private static void check(String name, String value) {
        if (!NAME.matcher(name).matches() || !VALUE.matcher(value).matches()) {
            throw invalid("A header field is not plain ASCII text.");
        }
        if (REWRITING.contains(name.toLowerCase(Locale.ROOT))) {
            throw invalid("A header field that changes the method or path is not passed on.");
        }
    }

    private static BrokerException invalid(String detail) {
        return BrokerException.invalid("/headers", detail);
    }
}
