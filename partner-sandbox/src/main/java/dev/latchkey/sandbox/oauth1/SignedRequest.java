package dev.latchkey.sandbox.oauth1;

import dev.latchkey.sandbox.http.Parameters;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The parameters of one request, from all three sources (RFC 5849 s.3.4.1.3), and which of them are the protocol's.
 *
 * @param place where the protocol's parameters are
 * @param protocol those whose names start with {@code oauth_}, each once
 * @param all everything that is signed: without {@code realm} and {@code oauth_signature}
 */
record SignedRequest(Rules.Place place, Map<String, String> protocol, List<Pair> all) {

    private static final String PREFIX = "oauth_";
    private static final Set<String> KNOWN = Set.of(
            "oauth_consumer_key",
            "oauth_token",
            "oauth_signature_method",
            "oauth_signature",
            "oauth_timestamp",
            "oauth_nonce",
            "oauth_version",
            "oauth_callback",
            "oauth_verifier");

    /** A decoded name and value. */
    record Pair(String name, String value) {}

    /** Whether a request claims to be signed, wherever it says so. */
    static boolean isClaimed(Request request) {
        return header(request).isPresent()
                || request.queryOrEmpty().values().containsKey("oauth_consumer_key")
                || request.formOrEmpty().values().containsKey("oauth_consumer_key");
    }

    /** The consumer that a request names, unproven. */
    static Optional<String> claimed(Request request, String name) {
        try {
            return Optional.ofNullable(read(request).protocol().get(name));
        } catch (Refusal unreadable) {
            return Optional.empty();
        }
    }

    static SignedRequest read(Request request) {
        List<Pair> inHeader = header(request).map(AuthorizationHeader::read).orElse(List.of());
        List<Pair> inQuery = pairs(request.query());
        List<Pair> inBody = request.isForm() ? pairs(Parameters.parse(request.body())) : List.of();
        List<Rules.Place> places = new ArrayList<>();
        addIfProtocol(places, Rules.Place.HEADER, inHeader);
        addIfProtocol(places, Rules.Place.QUERY, inQuery);
        addIfProtocol(places, Rules.Place.BODY, inBody);
        if (places.size() != 1) {
            throw new Refusal(
                    places.isEmpty() ? 401 : 400,
                    "parameter_absent",
                    places.isEmpty() ? "not signed" : "protocol parameters in more than one place");
        }
        List<Pair> all = new ArrayList<>();
        all.addAll(inHeader);
        all.addAll(inQuery);
        all.addAll(inBody);
        Map<String, String> protocol = protocol(all);
        all.removeIf(pair -> pair.name().equals("oauth_signature"));
        return new SignedRequest(places.getFirst(), protocol, all);
    }

    String required(String name) {
        return Optional.ofNullable(protocol.get(name))
                .filter(value -> !value.isEmpty())
                .orElseThrow(() -> new Refusal(400, "parameter_absent", "missing " + name));
    }

    private static Map<String, String> protocol(List<Pair> all) {
        Map<String, String> protocol = new TreeMap<>();
        for (Pair pair : all) {
            if (!pair.name().startsWith(PREFIX)) {
                continue;
            }
            if (!KNOWN.contains(pair.name())) {
                throw new Refusal(400, "parameter_rejected", "unknown parameter " + pair.name());
            }
            if (protocol.putIfAbsent(pair.name(), pair.value()) != null) {
                throw new Refusal(400, "parameter_rejected", "duplicate parameter " + pair.name());
            }
        }
        return protocol;
    }

    private static void addIfProtocol(List<Rules.Place> places, Rules.Place place, List<Pair> pairs) {
        if (pairs.stream().anyMatch(pair -> pair.name().startsWith(PREFIX))) {
            places.add(place);
        }
    }

    private static Optional<String> header(Request request) {
        return request.header("authorization").filter(value -> value.regionMatches(true, 0, "OAuth ", 0, 6));
    }

    private static List<Pair> pairs(Parameters parameters) {
        List<Pair> pairs = new ArrayList<>();
        parameters.values().forEach((name, values) -> values.forEach(value -> pairs.add(new Pair(name, value))));
        return pairs;
    }
}
