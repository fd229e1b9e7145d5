package dev.latchkey.caller.app;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which return URLs an app can register, and which of them a request may name (RFC 9700 section 4.1, RFC 8252 section
 * 7.3). What is registered is kept byte for byte, and so restricted that no two readers see different hosts in it.
 */
final class ReturnUrls {

    private static final int LONGEST = 2048;

    /** What RFC 3986 allows in a path and a query; a percent sign only before two hex digits. */
    private static final Pattern FORM = Pattern.compile(
            "(https?)://(\\[::1]|[a-z0-9.-]+)(?::([1-9][0-9]{0,4}))?((?:/(?:[A-Za-z0-9._~!$&'()*+,=:@-]|%[0-9A-Fa-f]{2})*)*"
                    + "(?:\\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?)");

    private static final Pattern NAME =
            Pattern.compile("(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern IPV4 =
            Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");
    private static final Pattern DOT_SEGMENT =
            Pattern.compile("/(?:\\.|%2e){1,2}(?:/|$)|%2f|%5c|%[01][0-9a-f]|%7f", Pattern.CASE_INSENSITIVE);

    private ReturnUrls() {}

    /**
     * Why the text cannot be registered; empty if it can.
     *
     * @param allowLocalhost whether the name {@code localhost} may be used, which the machine's resolver decides about
     */
    static Optional<String> complaint(String url, boolean allowLocalhost) {
        Matcher parts = FORM.matcher(url);
        if (url.length() > LONGEST || !parts.matches() || !isUri(url)) {
            return Optional.of("A return URL is an absolute https URL in lower case of at most 2048 characters,"
                    + " without user info, fragment or unusual characters.");
        }
        if (parts.group(3) != null && Integer.parseInt(parts.group(3)) > 65535) {
            return Optional.of("The port is out of range.");
        }
        if (DOT_SEGMENT.matcher(path(parts.group(4))).find()
                || path(parts.group(4)).contains("//")) {
            return Optional.of("The path holds dot segments, empty segments or encoded separators.");
        }
        return host(parts.group(1), parts.group(2), allowLocalhost);
    }

    /** Whether a registered URL allows the one asked for: the same bytes, or the same but for the port on loopback. */
    static boolean allows(String registered, String asked) {
        if (registered.equals(asked)) {
            return true;
        }
        Matcher ours = FORM.matcher(registered);
        Matcher theirs = FORM.matcher(asked);
        return ours.matches()
                && theirs.matches()
                && complaint(asked, false).isEmpty()
                && ours.group(1).equals("http")
                && theirs.group(1).equals("http")
                && isLoopback(ours.group(2))
                && ours.group(2).equals(theirs.group(2))
                && ours.group(4).equals(theirs.group(4));
    }

    private static Optional<String> host(String scheme, String host, boolean allowLocalhost) {
        boolean address = IPV4.matcher(host).matches();
        if (!isLoopback(host) && !address && (!NAME.matcher(host).matches() || host.length() > 253)) {
            return Optional.of("The host is not a host name or address.");
        }
        if (host.contains("xn--")) {
            return Optional.of("Internationalised host names cannot be told apart by eye and are not accepted.");
        }
        boolean localhost = host.equals("localhost") || host.endsWith(".localhost");
        if (localhost && !allowLocalhost) {
            return Optional.of("Use 127.0.0.1 or [::1] instead of localhost (RFC 8252 section 8.3).");
        }
        return scheme.equals("https") || isLoopback(host) || localhost
                ? Optional.empty()
                : Optional.of("http is accepted on 127.0.0.1 and [::1] only.");
    }

    private static boolean isLoopback(String host) {
        return host.equals("127.0.0.1") || host.equals("[::1]");
    }

    private static String path(String pathAndQuery) {
        int query = pathAndQuery.indexOf('?');
        return query < 0 ? pathAndQuery : pathAndQuery.substring(0, query);
    }

    private static boolean isUri(String url) {
        try {
            return new URI(url).getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
