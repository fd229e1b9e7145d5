package dev.latchkey.sandbox.http;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One request as it came in.
 *
 * @param path the raw path, still percent-encoded
 * @param rawQuery the raw query, empty when there was none
 * @param headers by lower-case name
 */
public record Request(String method, String path, String rawQuery, Map<String, List<String>> headers, String body) {

    private static final String FORM = "application/x-www-form-urlencoded";

    public Request {
        headers = Map.copyOf(headers);
    }

    /** The first value of a header, if it is there and not blank. */
    public Optional<String> header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream()
                .filter(value -> !value.isBlank())
                .findFirst();
    }

    /** The query parameters. */
    public Parameters query() {
        return Parameters.parse(rawQuery);
    }

    /** The media type of the body, lower case and without its parameters. */
    public String mediaType() {
        String type = header("content-type").orElse("");
        int semicolon = type.indexOf(';');
        return (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }

    public boolean isForm() {
        return mediaType().equals(FORM);
    }

    /** The form in the body, refused unless this is a POST of a form with nothing in the query (RFC 6749 s.3.2). */
    public Parameters form() {
        if (!method.equals("POST")) {
            throw new Refusal(405, "invalid_request", "POST only");
        }
        if (!isForm()) {
            throw new Refusal(400, "invalid_request", "content type must be " + FORM);
        }
        if (!rawQuery.isEmpty()) {
            throw new Refusal(400, "invalid_request", "parameters do not travel in the query");
        }
        return Parameters.parse(body);
    }

    /** The form if there is a readable one; for identification and logs, never for a decision. */
    public Parameters formOrEmpty() {
        try {
            return isForm() ? Parameters.parse(body) : new Parameters(Map.of());
        } catch (Refusal unreadable) {
            return new Parameters(Map.of());
        }
    }

    /** The query if it is readable; for identification and logs, never for a decision. */
    public Parameters queryOrEmpty() {
        try {
            return query();
        } catch (Refusal unreadable) {
            return new Parameters(Map.of());
        }
    }

    /** The value of a cookie. */
    public Optional<String> cookie(String name) {
        return headers.getOrDefault("cookie", List.of()).stream()
                .flatMap(line -> List.of(line.split(";", -1)).stream())
                .map(String::strip)
                .filter(pair -> pair.startsWith(name + "="))
                .map(pair -> pair.substring(name.length() + 1))
                .findFirst();
    }
}
