package dev.latchkey.sandbox.oauth1;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.Fields;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.StrictJson;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/**
 * What a partner asks of a signed request, and how it answers.
 *
 * @param method the one {@code oauth_signature_method} that is taken
 * @param place the one place where the parameters may travel
 * @param clockAhead how far the partner's clock is ahead of the one that its {@code Date} header tells, which is always
 *     the system's; negative for behind
 * @param window how far a timestamp may be off by the partner's clock
 * @param confirmed what the partner says as {@code oauth_callback_confirmed}: true, false, or omitted
 */
public record Rules(String method, Place place, Duration clockAhead, Duration window, String confirmed) {

    /** Where the parameters of a request are (RFC 5849 s.3.5). */
    public enum Place {
        HEADER,
        QUERY,
        BODY;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Set<String> METHODS =
            Set.of("HMAC-SHA1", "HMAC-SHA256", "RSA-SHA1", "RSA-SHA256", "PLAINTEXT");
    private static final Set<String> CONFIRMED = Set.of("true", "false", "omitted");

    /** A partner by the book with that method and place. */
    public static Rules of(String method, Place place) {
        return new Rules(method, place, Duration.ZERO, Duration.ofMinutes(5), "true");
    }

    /** Reads rules; what is not given takes this object's value. */
    public Rules changedBy(ObjectNode json) {
        Fields f = new Fields(json);
        Rules changed = new Rules(
                oneOf(METHODS, f.text("signature_method").orElse(method), "signature_method"),
                Place.valueOf(oneOf(
                                Set.of("header", "query", "body"),
                                f.text("parameters_in").orElse(place.label()),
                                "parameters_in")
                        .toUpperCase(Locale.ROOT)),
                f.node("clock_ahead_seconds")
                        .map(node -> Duration.ofSeconds(node.asLong()))
                        .orElse(clockAhead),
                f.integer("window_seconds").map(Duration::ofSeconds).orElse(window),
                oneOf(CONFIRMED, f.text("callback_confirmed").orElse(confirmed), "callback_confirmed"));
        f.done();
        return changed;
    }

    /** The rules as the control API shows them. */
    public ObjectNode toJson() {
        return StrictJson.object()
                .put("signature_method", method)
                .put("parameters_in", place.label())
                .put("clock_ahead_seconds", clockAhead.toSeconds())
                .put("window_seconds", window.toSeconds())
                .put("callback_confirmed", confirmed);
    }

    private static String oneOf(Set<String> allowed, String value, String name) {
        if (!allowed.contains(value)) {
            throw new Refusal(
                    400,
                    "invalid_request",
                    name + " must be one of " + allowed.stream().sorted().toList());
        }
        return value;
    }
}
