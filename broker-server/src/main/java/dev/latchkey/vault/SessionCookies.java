package dev.latchkey.vault;

import dev.latchkey.secret.Purpose;
import java.net.URI;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which cookies of a session travel with a request: those whose host, path and scheme fit, and no other (R112). Stateless. */
public final class SessionCookies {

    private SessionCookies() {}

    /** The value of the {@code Cookie} header for an address (RFC 6265 section 5.4); empty if no cookie fits. */
    public static Optional<String> headerFor(URI address, List<SessionCookie> cookies, Instant now) {
        String header = matching(address, cookies, now).stream()
                .map(cookie -> cookie.name() + "=" + cookie.value().reveal(Purpose.SEND_TO_PARTNER))
                .collect(Collectors.joining("; "));
        return header.isEmpty() ? Optional.empty() : Optional.of(header);
    }

    /** The cookies that fit an absolute address, those of longer paths first. */
    public static List<SessionCookie> matching(URI address, List<SessionCookie> cookies, Instant now) {
        String path = pathOf(address);
        return cookies.stream()
                .filter(cookie -> fitsHost(address, cookie))
                .filter(cookie -> isBelow(path, cookie.path()))
                .filter(cookie -> !endedBy(now, cookie))
                .sorted(Comparator.comparing(
                        (SessionCookie cookie) -> -cookie.path().length()))
                .toList();
    }

    /** Whether a cookie travels to some address at or below this one. */
    public static boolean reaches(URI base, SessionCookie cookie) {
        String path = pathOf(base);
        return fitsHost(base, cookie) && (isBelow(path, cookie.path()) || isBelow(cookie.path(), path));
    }

    private static boolean fitsHost(URI address, SessionCookie cookie) {
        String host = Objects.requireNonNullElse(address.getHost(), "").toLowerCase(Locale.ROOT);
        boolean secure = "https".equalsIgnoreCase(address.getScheme());
        return domainMatches(host, cookie.domain()) && (secure || !cookie.secure());
    }

    /** Section 5.1.3; with a leading dot the hosts below are meant as well. An IP address has none. */
    private static boolean domainMatches(String host, String domain) {
        return domain.startsWith(".") ? host.equals(domain.substring(1)) || host.endsWith(domain) : host.equals(domain);
    }

    /** Section 5.1.4. */
    private static boolean isBelow(String path, String cookiePath) {
        return path.startsWith(cookiePath)
                && (path.length() == cookiePath.length()
                        || cookiePath.endsWith("/")
                        || path.charAt(cookiePath.length()) == '/');
    }

    private static boolean endedBy(Instant now, SessionCookie cookie) {
        return cookie.expiresAt().filter(end -> !end.isAfter(now)).isPresent();
    }

    private static String pathOf(URI address) {
        String path = Objects.requireNonNullElse(address.getRawPath(), "");
        return path.isEmpty() ? "/" : path;
    }
}
