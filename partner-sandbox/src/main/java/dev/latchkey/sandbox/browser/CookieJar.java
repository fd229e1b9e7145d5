package dev.latchkey.sandbox.browser;

import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Cookies as browsers keep them (RFC 6265): by host and path, not by port. {@code __Host-} and {@code __Secure-} are
 * enforced (RFC 6265bis s.4.1.3); loopback counts as secure, as in Chromium and Firefox. {@code Domain} is only
 * accepted when it names the host itself; {@code SameSite} is not looked at. Not thread-safe.
 */
final class CookieJar {

    private record Cookie(String host, String path, String name, String value, boolean secure, Instant expires) {}

    private final InstantSource clock;
    private final List<Cookie> cookies = new ArrayList<>();

    CookieJar(InstantSource clock) {
        this.clock = clock;
    }

    void store(URI from, String setCookie) {
        String[] parts = setCookie.split(";", -1);
        int equals = parts[0].indexOf('=');
        if (equals < 1) {
            return;
        }
        Map<String, String> attributes = attributes(parts);
        String name = parts[0].substring(0, equals).strip();
        boolean secure = attributes.containsKey("secure");
        if (!isAcceptable(name, attributes, from)) {
            return;
        }
        String path = attributes.getOrDefault("path", "");
        put(new Cookie(
                host(from),
                path.startsWith("/") ? path : defaultPath(from),
                name,
                parts[0].substring(equals + 1).strip(),
                secure,
                expires(attributes)));
    }

    void put(URI origin, String name, String value) {
        put(new Cookie(host(origin), "/", name, value, false, Instant.MAX));
    }

    void remove(URI origin, String name) {
        cookies.removeIf(c -> c.host().equals(host(origin)) && c.name().equals(name));
    }

    void clear() {
        cookies.clear();
    }

    /** What is sent to an address, longest path first (RFC 6265 s.5.4). */
    Map<String, String> sentTo(URI uri) {
        Instant now = clock.instant();
        cookies.removeIf(c -> !now.isBefore(c.expires()));
        Map<String, String> sent = new LinkedHashMap<>();
        cookies.stream()
                .filter(c -> c.host().equals(host(uri)) && covers(c.path(), uri))
                .filter(c -> !c.secure() || isTrustworthy(uri))
                .sorted(Comparator.comparingInt((Cookie c) -> -c.path().length()))
                .forEach(c -> sent.putIfAbsent(c.name(), c.value()));
        return sent;
    }

    private void put(Cookie cookie) {
        cookies.removeIf(c -> c.host().equals(cookie.host())
                && c.path().equals(cookie.path())
                && c.name().equals(cookie.name()));
        if (clock.instant().isBefore(cookie.expires())) {
            cookies.add(cookie);
        }
    }

    private static Map<String, String> attributes(String[] parts) {
        Map<String, String> attributes = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            String name = equals < 0 ? parts[i] : parts[i].substring(0, equals);
            attributes.put(
                    name.strip().toLowerCase(Locale.ROOT),
                    equals < 0 ? "" : parts[i].substring(equals + 1).strip());
        }
        return attributes;
    }

    private static boolean isAcceptable(String name, Map<String, String> attributes, URI from) {
        boolean secure = attributes.containsKey("secure");
        String domain = attributes.getOrDefault("domain", "");
        boolean foreign = !domain.isEmpty() && !domain.equalsIgnoreCase(host(from));
        if (foreign || (secure && !isTrustworthy(from))) {
            return false;
        }
        if (name.startsWith("__Host-")) {
            return secure
                    && domain.isEmpty()
                    && attributes.getOrDefault("path", "").equals("/");
        }
        return secure || !name.startsWith("__Secure-");
    }

    private Instant expires(Map<String, String> attributes) {
        try {
            if (attributes.containsKey("max-age")) {
                return clock.instant().plus(Duration.ofSeconds(Long.parseLong(attributes.getOrDefault("max-age", ""))));
            }
            if (attributes.containsKey("expires")) {
                String date = attributes.getOrDefault("expires", "").replace('-', ' ');
                return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant();
            }
        } catch (DateTimeException | ArithmeticException | NumberFormatException unreadable) {
            return Instant.MAX; // an attribute that cannot be read is ignored: RFC 6265 s.5.2
        }
        return Instant.MAX;
    }

    private static boolean covers(String cookiePath, URI uri) {
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return path.equals(cookiePath) || path.startsWith(cookiePath.endsWith("/") ? cookiePath : cookiePath + "/");
    }

    private static String defaultPath(URI uri) {
        int slash = uri.getRawPath().lastIndexOf('/');
        return slash <= 0 ? "/" : uri.getRawPath().substring(0, slash);
    }

    private static boolean isTrustworthy(URI uri) {
        String host = host(uri);
        return "https".equals(uri.getScheme())
                || host.equals("localhost")
                || host.endsWith(".localhost")
                || host.startsWith("127.")
                || host.equals("[::1]");
    }

    private static String host(URI uri) {
        return String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
    }
}
