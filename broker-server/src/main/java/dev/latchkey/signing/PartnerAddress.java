package dev.latchkey.signing;

import dev.latchkey.outbound.guard.SsrfGuard;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The part of a partner's server that an app may reach through a connection: {@code api_base} and what lies below it
 * (R118). Nothing is normalised: an address is taken as it is, or refused if any reader could see another path in it than
 * this one does. Immutable.
 */
final class PartnerAddress {

    /** Separators, dots and control characters in disguise, also in several layers of it. */
    private static final Pattern DISGUISE =
            Pattern.compile("%(?:25)*(?:2e|2f|5c|[01][0-9a-f]|7f)", Pattern.CASE_INSENSITIVE);
    /** Some servers cut parameters off a segment (RFC 3986 section 3.3) before they look at its dots. */
    private static final Pattern PARAMETERS = Pattern.compile("(?:;|%(?:25)*3b).*", Pattern.CASE_INSENSITIVE);

    private final URI base;
    private final String folder;
    private final SsrfGuard guard;

    /** The part below an {@code api_base}; {@code partner_misconfigured} for one that nothing can be appended to. */
    PartnerAddress(URI base, SsrfGuard guard) {
        if (base.getRawQuery() != null || base.getRawFragment() != null) {
            throw new BrokerException(
                    ProblemType.PARTNER_MISCONFIGURED, "The partner's api_base has a query or fragment.");
        }
        this.base = base;
        String path = path(base);
        this.folder = path.endsWith("/") ? path : path + "/";
        this.guard = guard;
    }

    /**
     * {@code api_base}, a slash, the path and the query, byte for byte; for no path {@code api_base} itself.
     *
     * @param path without a slash in front, as it came over the wire
     * @param query as it came over the wire
     * @throws BrokerException {@code url_not_allowed} if the broker does not go there
     */
    URI below(String path, Optional<String> query) {
        String text = base.toString();
        if (!path.isEmpty()) {
            text += (text.endsWith("/") ? "" : "/") + path;
        }
        return require(text + query.map(it -> "?" + it).orElse(""));
    }

    /** The address, if it is in the partner's part; else {@code url_not_allowed}. */
    URI require(String url) {
        URI uri = guard.check(url);
        boolean sameServer = uri.getScheme().equalsIgnoreCase(base.getScheme())
                && uri.getHost().equalsIgnoreCase(base.getHost())
                && port(uri) == port(base);
        if (!sameServer || !isWellFormed(uri)) {
            throw refused();
        }
        String path = path(uri);
        if (!path.equals(path(base)) && !path.startsWith(folder)) {
            throw refused();
        }
        requirePlain(path);
        return uri;
    }

    /** An empty port or a percent sign without digits is read in more than one way. */
    private static boolean isWellFormed(URI uri) {
        try {
            return !uri.getRawAuthority().endsWith(":") && uri.equals(new URI(uri.toString()).parseServerAuthority());
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static void requirePlain(String path) {
        if (path.contains("//") || DISGUISE.matcher(path).find() || hasDots(path)) {
            throw refused();
        }
        // full-width and other look-alikes of dots and slashes, which some servers fold into the plain ones
        String folded = Normalizer.normalize(decoded(path), Normalizer.Form.NFKC);
        boolean moreSlashes = slashes(folded) != slashes(path);
        if (moreSlashes || folded.indexOf('\\') >= 0 || folded.chars().anyMatch(Character::isISOControl)) {
            throw refused();
        }
        if (hasDots(folded)) {
            throw refused();
        }
    }

    private static boolean hasDots(String path) {
        return Arrays.stream(path.split("/", -1))
                .map(segment -> PARAMETERS.matcher(segment).replaceFirst(""))
                .anyMatch(segment -> segment.equals(".") || segment.equals(".."));
    }

    /** The path as UTF-8 text; anything else could be folded into anything. */
    private static String decoded(String path) {
        byte[] octets = URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.ISO_8859_1)
                .getBytes(StandardCharsets.ISO_8859_1);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (CharacterCodingException e) {
            throw refused();
        }
    }

    private static long slashes(String text) {
        return text.chars().filter(c -> c == '/').count();
    }

    private static String path(URI uri) {
        String path = uri.getRawPath();
        return path == null || path.isEmpty() ? "/" : path;
    }

    private static int port(URI uri) {
        if (uri.getPort() != -1) {
            return uri.getPort();
        }
        return uri.getScheme().toLowerCase(Locale.ROOT).equals("https") ? 443 : 80;
    }

    private static BrokerException refused() {
        return new BrokerException(ProblemType.URL_NOT_ALLOWED, "The address is not plainly below the partner's API.");
    }
}
