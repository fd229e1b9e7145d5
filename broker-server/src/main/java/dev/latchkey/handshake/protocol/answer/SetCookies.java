package dev.latchkey.handshake.protocol.answer;

import dev.latchkey.outbound.guard.PublicSuffixes;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.SessionCookie;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The cookies that an answer sets (RFC 6265 sections 5.2 and 5.3). One for a foreign domain, or for a domain that anybody
 * shares, is not taken (R112); neither is one that a header could not carry. Stateless.
 */
public final class SetCookies {

    private static final int MOST = 50;
    private static final int LONGEST = 4096;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7E]+");
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[.*");
    private static final Pattern SECONDS = Pattern.compile("-?[0-9]+");
    private static final Pattern PATH = Pattern.compile("/[\\x20-\\x7E]{0,1023}");
    private static final Duration LONGEST_AGE = Duration.ofDays(400);

    private SetCookies() {}

    /** The cookies that are alive; of two with the same name, domain and path the later one. */
    public static List<SessionCookie> read(List<String> lines, URI from, Instant now) {
        Map<List<String>, SessionCookie> cookies = new LinkedHashMap<>();
        lines.stream()
                .limit(MOST)
                .forEach(line -> cookie(line, from, now)
                        .ifPresent(
                                cookie -> cookies.put(List.of(cookie.name(), cookie.domain(), cookie.path()), cookie)));
        cookies.values()
                .removeIf(cookie ->
                        cookie.expiresAt().filter(end -> !end.isAfter(now)).isPresent());
        return List.copyOf(cookies.values());
    }

    private static Optional<SessionCookie> cookie(String line, URI from, Instant now) {
        String[] parts = line.split(";", -1);
        int equals = parts[0].indexOf('=');
        String name = equals < 0 ? "" : parts[0].substring(0, equals).strip();
        String value = parts[0].substring(equals + 1).strip();
        // An empty value is how some delete a cookie, and no secret.
        if (name.length() + value.length() > LONGEST
                || !NAME.matcher(name).matches()
                || !VALUE.matcher(value).matches()) {
            return Optional.empty();
        }
        Map<String, String> attributes = attributes(parts);
        boolean secure = attributes.containsKey("secure");
        if (name.regionMatches(true, 0, "__Host-", 0, 7) && (!secure || attributes.containsKey("domain"))) {
            return Optional.empty();
        }
        return domain(attributes.getOrDefault("domain", ""), from)
                .map(domain -> new SessionCookie(
                        name, Secret.of(value), domain, path(attributes, from), expiry(attributes, now), secure));
    }

    /** Section 5.2: of an attribute that comes twice the last one counts. */
    private static Map<String, String> attributes(String[] parts) {
        Map<String, String> attributes = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            String name = (equals < 0 ? parts[i] : parts[i].substring(0, equals)).strip();
            attributes.put(
                    name.toLowerCase(Locale.ROOT),
                    equals < 0 ? "" : parts[i].substring(equals + 1).strip());
        }
        return attributes;
    }

    /** Section 5.3 steps 4 to 6: a leading dot means the hosts below as well; empty if the cookie is for others. */
    private static Optional<String> domain(String attribute, URI from) {
        String host = from.getHost().toLowerCase(Locale.ROOT);
        String domain = (attribute.startsWith(".") ? attribute.substring(1) : attribute).toLowerCase(Locale.ROOT);
        if (domain.isEmpty() || domain.equals(host)) {
            boolean only = domain.isEmpty() || ADDRESS.matcher(host).matches() || PublicSuffixes.contains(host);
            return Optional.of(only ? host : "." + host);
        }
        boolean above = host.endsWith("." + domain) && !ADDRESS.matcher(host).matches();
        return above && !PublicSuffixes.contains(domain) ? Optional.of("." + domain) : Optional.empty();
    }

    /** Section 5.1.4: without a path of its own, the folder of the address. */
    private static String path(Map<String, String> attributes, URI from) {
        String given = attributes.getOrDefault("path", "");
        if (PATH.matcher(given).matches()) {
            return given;
        }
        String path = from.getRawPath();
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    /** Section 5.3 step 3: Max-Age counts before Expires. */
    private static Optional<Instant> expiry(Map<String, String> attributes, Instant now) {
        String age = attributes.getOrDefault("max-age", "");
        if (SECONDS.matcher(age).matches()) {
            return Optional.of(now.plus(age(age)));
        }
        return CookieDate.parse(attributes.getOrDefault("expires", ""));
    }

    private static Duration age(String seconds) {
        if (seconds.startsWith("-")) {
            return Duration.ZERO;
        }
        return seconds.length() > 9
                ? LONGEST_AGE
                : Duration.ofSeconds(Math.min(Long.parseLong(seconds), LONGEST_AGE.toSeconds()));
    }
}
