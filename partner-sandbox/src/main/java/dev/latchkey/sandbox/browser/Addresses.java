package dev.latchkey.sandbox.browser;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

/** Addresses as a browser reads and writes them. */
final class Addresses {

    private Addresses() {}

    /** RFC 3986 s.5.3, which {@link URI#resolve} misses for a reference that is only a query or empty. */
    static URI resolve(URI base, String reference) {
        if (reference.isEmpty() || reference.startsWith("?")) {
            String text = base.toString();
            int query = text.indexOf('?');
            return URI.create(
                    reference.isEmpty() || query < 0 ? text + reference : text.substring(0, query) + reference);
        }
        return base.resolve(reference);
    }

    static String origin(URI uri) {
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }

    static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
