package dev.latchkey.outbound.guard;

import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Decides which URLs the broker may ever call (R129, R132). The text of a URL is checked when it is saved and again
 * before each call; the addresses that its name resolves to are checked when the connection is made (R130), since only
 * then they are known. Thread-safe.
 */
@ApplicationScoped
public final class SsrfGuard {

    private static final int LONGEST_URL = 2048;
    /** What RFC 3986 allows anywhere, so that no other reader of the same text can see another host in it. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._~:/?\\[\\]@!$&'()*+,;=%-]+");

    private final OutboundConfig config;

    /** A guard that keeps to the configured ports. */
    public SsrfGuard(OutboundConfig config) {
        this.config = config;
    }

    /**
     * Checks a URL that somebody typed, without looking anything up.
     *
     * @return the URL as given
     * @throws BrokerException {@code url_not_allowed} if the broker must not call it
     */
    public URI check(String url) {
        if (url.length() > LONGEST_URL || !PLAIN.matcher(url).matches()) {
            throw refused("The URL is too long or holds characters that a URL does not have.");
        }
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            throw refused("The text is not a URL.");
        }
        check(uri);
        return uri;
    }

    /**
     * Checks a URL, without looking anything up.
     *
     * @throws BrokerException {@code url_not_allowed} if the broker must not call it
     */
    public void check(URI uri) {
        if (!uri.isAbsolute() || uri.isOpaque() || uri.getHost() == null || uri.getRawFragment() != null) {
            throw refused("The URL must be absolute, with a host and without a fragment.");
        }
        if (!PLAIN.matcher(uri.toString()).matches() || uri.getRawUserInfo() != null || hasEmptySegment(uri)) {
            throw refused("The URL must hold no user info and no unusual characters.");
        }
        boolean loopback = config.allowLoopback() && isLoopbackHost(uri.getHost());
        checkScheme(uri, loopback);
        if (!loopback) {
            checkHost(uri.getHost());
            checkPort(uri);
        }
    }

    /**
     * Checks the URL of a call, before it is made.
     *
     * @throws PartnerCallException {@link PartnerCallException.Reason#NOT_ALLOWED}
     */
    public void checkCall(URI uri) throws PartnerCallException {
        try {
            check(uri);
        } catch (BrokerException e) {
            throw new PartnerCallException(PartnerCallException.Reason.NOT_ALLOWED, e);
        }
    }

    /**
     * Whether a connection to this address may be made for this host. A name that stands for loopback must lead there:
     * clear text is allowed for it.
     */
    public boolean mayConnect(String host, InetAddress address) {
        if (isLoopbackHost(host)) {
            return config.allowLoopback() && address.isLoopbackAddress();
        }
        if (address.isLoopbackAddress()) {
            return config.allowLoopback();
        }
        return !ForbiddenNetworks.contains(address);
    }

    private void checkScheme(URI uri, boolean loopback) {
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !(loopback && scheme.equals("http"))) {
            throw refused("Only https URLs are allowed.");
        }
    }

    private void checkHost(String host) {
        boolean allowed = HostName.literal(host)
                .map(address -> !ForbiddenNetworks.contains(address))
                .orElseGet(() -> HostName.isPublicName(host));
        if (!allowed) {
            throw refused("The host is not a public name or address.");
        }
    }

    private void checkPort(URI uri) {
        int port = uri.getPort() == -1 ? 443 : uri.getPort();
        if (!config.ports().contains(port)) {
            throw refused("The port is not allowed.");
        }
    }

    private static boolean isLoopbackHost(String host) {
        if (host.equalsIgnoreCase("localhost")) {
            return true;
        }
        String literal = host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
        Optional<InetAddress> address = HostName.literal(literal);
        return address.isPresent() && address.get().isLoopbackAddress();
    }

    /** A path that begins with two slashes is read as a host by some software behind the partner's door. */
    private static boolean hasEmptySegment(URI uri) {
        return uri.getRawPath() != null && uri.getRawPath().startsWith("//");
    }

    private static BrokerException refused(String detail) {
        return new BrokerException(ProblemType.URL_NOT_ALLOWED, detail);
    }
}
