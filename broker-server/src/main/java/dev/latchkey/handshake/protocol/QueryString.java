package dev.latchkey.handshake.protocol;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Adds parameters to the query of a partner's address. */
final class QueryString {

    private QueryString() {}

    /** The address with these parameters after those that it has, in the map's order. The address has no fragment. */
    static URI append(URI address, Map<String, String> parameters) {
        StringBuilder uri = new StringBuilder(address.toString());
        parameters.forEach((name, value) -> uri.append(uri.indexOf("?") < 0 ? '?' : '&')
                .append(encoded(name))
                .append('=')
                .append(encoded(value)));
        return URI.create(uri.toString());
    }

    /** A space as {@code %20}, which every reader of a query understands. */
    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
