package dev.latchkey.oauth1;

import java.net.URI;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/** The signature base string (RFC 5849 section 3.4.1). */
final class BaseString {

    private BaseString() {}

    /**
     * The text to sign.
     *
     * @param address absolute, http or https; its query and fragment are left out
     * @param parameters everything that is signed, without {@code realm} and {@code oauth_signature}
     */
    static String of(String method, URI address, Collection<Parameter> parameters) {
        return String.join(
                "&",
                PercentEncoding.encode(method.toUpperCase(Locale.ROOT)),
                PercentEncoding.encode(address(address)),
                PercentEncoding.encode(normalized(parameters)));
    }

    /** Section 3.4.1.2: scheme and host in lower case, no default port, at least a slash for a path. */
    private static String address(URI address) {
        String scheme = address.getScheme().toLowerCase(Locale.ROOT);
        int standard = scheme.equals("https") ? 443 : 80;
        String port = address.getPort() == -1 || address.getPort() == standard ? "" : ":" + address.getPort();
        String path = Objects.requireNonNullElse(address.getRawPath(), "");
        return scheme + "://" + address.getHost().toLowerCase(Locale.ROOT) + port + (path.isEmpty() ? "/" : path);
    }

    /** Section 3.4.1.3.2: encoded first, then sorted by the bytes of name and value; what is encoded is ASCII. */
    private static String normalized(Collection<Parameter> parameters) {
        return parameters.stream()
                .map(it -> new Parameter(PercentEncoding.encode(it.name()), PercentEncoding.encode(it.value())))
                .sorted(Comparator.comparing(Parameter::name).thenComparing(Parameter::value))
                .map(it -> it.name() + "=" + it.value())
                .collect(Collectors.joining("&"));
    }
}
