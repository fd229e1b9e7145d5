package dev.latchkey.sandbox.oauth1;

import dev.latchkey.sandbox.http.Request;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The text that is signed (RFC 5849 s.3.4.1), as the server sees the request. */
final class BaseString {

    private static final String UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private BaseString() {}

    static String of(Request request, List<SignedRequest.Pair> parameters) {
        String host = request.header("host").orElse("").toLowerCase(Locale.ROOT);
        String address = "http://" + (host.endsWith(":80") ? host.substring(0, host.length() - 3) : host);
        String normalized = parameters.stream()
                .map(pair -> new String[] {encode(pair.name()), encode(pair.value())})
                .sorted((a, b) -> a[0].equals(b[0]) ? a[1].compareTo(b[1]) : a[0].compareTo(b[0]))
                .map(pair -> pair[0] + "=" + pair[1])
                .collect(Collectors.joining("&"));
        return request.method().toUpperCase(Locale.ROOT) + "&" + encode(address + request.path()) + "&"
                + encode(normalized);
    }

    /** RFC 5849 s.3.6. */
    static String encode(String text) {
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b > 0 && UNRESERVED.indexOf(b) >= 0) {
                out.append((char) b);
            } else {
                out.append('%').append(String.format("%02X", b));
            }
        }
        return out.toString();
    }
}
