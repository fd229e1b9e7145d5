package dev.latchkey.http;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what a request may be (R140, R142, R145). The HTTP server has bounds of its own, set a little higher: those
 * can only cut the connection, these explain themselves. What exceeds them is refused unread.
 */
@Singleton
final class SizeFilter {

    static final int MAX_LINE = 4096;
    static final int MAX_HEADERS = 20 * 1024;
    static final long MAX_BODY = 64 * 1024L;
    /** Of what the proxy passes on without holding it. */
    static final long MAX_PROXIED_BODY = 10 * 1024 * 1024L;

    static final int MAX_PARAMETERS = 1000;

    /** {@code charset} of a media type, RFC 9110 section 8.3.1. */
    private static final Pattern CHARSET =
            Pattern.compile(";\\s*charset\\s*=\\s*\"?([^\";\\s]*)", Pattern.CASE_INSENSITIVE);

    void check(RoutingContext context) {
        HttpServerRequest request = context.request();
        // Method, space, target, space, version.
        if (request.method().name().length() + request.uri().length() + 10 > MAX_LINE) {
            throw refused(ProblemType.URI_TOO_LONG, "The request line is longer than 4096 bytes.");
        }
        if (headerBytes(request) > MAX_HEADERS) {
            throw refused(ProblemType.HEADERS_TOO_LARGE, "The header fields are larger than 20 KiB.");
        }
        boolean proxied = isProxied(context);
        if (declaredBody(request.getHeader("Content-Length")) > (proxied ? MAX_PROXIED_BODY : MAX_BODY)) {
            throw refused(
                    ProblemType.PAYLOAD_TOO_LARGE,
                    proxied ? "The body is larger than 10 MiB." : "The body is larger than 64 KiB.");
        }
        checkQuery(request.query());
        if (!proxied) { // else the body is the partner's to read
            checkContent(request);
        }
    }

    /**
     * Sets where the server stops reading a body whose length is not declared. What is proxied is counted, and refused
     * with an explanation, where it is passed on.
     */
    void limitBody(RoutingContext context) {
        context.put(VertxHttpRecorder.MAX_REQUEST_SIZE_KEY, isProxied(context) ? MAX_PROXIED_BODY * 2 : MAX_BODY);
    }

    static boolean isProxied(RoutingContext context) {
        String path = context.request().path();
        return path != null && PathFilter.isProxied(path);
    }

    private static long headerBytes(HttpServerRequest request) {
        long bytes = 0;
        for (Map.Entry<String, String> field : request.headers()) {
            // Colon, space, line end.
            bytes += field.getKey().length() + field.getValue().length() + 4L;
        }
        return bytes;
    }

    private static long declaredBody(@Nullable String length) {
        if (length == null) {
            return 0;
        }
        if (!length.matches("[0-9]{1,18}")) {
            throw refused(ProblemType.PAYLOAD_TOO_LARGE, "The body is larger than 64 KiB.");
        }
        return Long.parseLong(length);
    }

    private static void checkQuery(@Nullable String query) {
        if (query == null) {
            return;
        }
        if (query.chars().filter(c -> c == '&').count() >= MAX_PARAMETERS) {
            throw refused(ProblemType.INVALID_REQUEST, "There are more than 1000 parameters.");
        }
        if (!PercentEncoding.isText(query)) {
            throw refused(ProblemType.INVALID_REQUEST, "A parameter is not percent-encoded UTF-8 text.");
        }
    }

    private static void checkContent(HttpServerRequest request) {
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.strip().equalsIgnoreCase("identity")) {
            throw refused(ProblemType.UNSUPPORTED_MEDIA_TYPE, "Compressed bodies are not accepted.");
        }
        String mediaType = request.getHeader("Content-Type");
        // A range fits whatever a resource takes, and would pass any check of the type (RFC 9110 section 8.3).
        if (mediaType != null && mediaType.contains("*")) {
            throw refused(ProblemType.UNSUPPORTED_MEDIA_TYPE, "A media type is needed, not a range of them.");
        }
        if (mediaType != null
                && CHARSET.matcher(mediaType)
                        .results()
                        .map(found -> found.group(1).toLowerCase(Locale.ROOT))
                        .anyMatch(charset -> !charset.equals("utf-8"))) {
            throw refused(ProblemType.UNSUPPORTED_MEDIA_TYPE, "Only UTF-8 is accepted.");
        }
    }

    private static BrokerException refused(ProblemType type, String detail) {
        return new BrokerException(type, detail);
    }
}
