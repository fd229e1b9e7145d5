package dev.latchkey.outbound.client;

import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.outbound.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;

/** Turns our requests into the client's and the client's answers into ours. */
final class PartnerMessages {

    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");
    private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7E\\t]*");

    /** Fields that say how the message is framed or carried; they are ours to set. */
    private static final Set<String> OWN_FIELDS = Set.of(
            "host",
            "connection",
            "keep-alive",
            "content-length",
            "transfer-encoding",
            "te",
            "trailer",
            "upgrade",
            "expect",
            "accept-encoding",
            "content-encoding",
            "proxy-authorization",
            "proxy-connection");

    /** What says how a body that we only pass on is encoded: between the app and the partner, not ours. */
    private static final Set<String> ENCODING_FIELDS = Set.of("accept-encoding", "content-encoding");

    private PartnerMessages() {}

    /** The request to write; {@link IllegalArgumentException} for a field that would change the message's framing. */
    static HttpUriRequestBase toWire(PartnerRequest request, String userAgent) {
        HttpUriRequestBase wire = head(request, userAgent, Set.of());
        if (request.body().length > 0) {
            wire.setEntity(new ByteArrayEntity(request.body(), null));
        }
        return wire;
    }

    /** The same for a request whose body is passed on as it is, so that it may say how that body is encoded. */
    static HttpUriRequestBase toWire(PartnerRequest request, String userAgent, Upload body, StreamWatch watch) {
        HttpUriRequestBase wire = head(request, userAgent, ENCODING_FIELDS);
        if (!body.isEmpty()) {
            wire.setEntity(new UploadEntity(body, watch));
        }
        return wire;
    }

    private static HttpUriRequestBase head(PartnerRequest request, String userAgent, Set<String> alsoAllowed) {
        if (!TOKEN.matcher(request.method()).matches()) {
            throw new IllegalArgumentException("not an HTTP method");
        }
        HttpUriRequestBase wire = new HttpUriRequestBase(request.method(), request.uri());
        wire.setHeader(HttpHeaders.USER_AGENT, userAgent);
        request.headers().forEach((name, value) -> wire.setHeader(checked(name, alsoAllowed), checkedValue(value)));
        wire.setHeader(HttpHeaders.CONNECTION, "close");
        return wire;
    }

    /** The whole answer, of which at most {@code maxBody} bytes are read. */
    static PartnerResponse fromWire(ClassicHttpResponse wire, int maxBody) throws IOException, HttpException {
        Map<String, List<String>> headers = headers(wire);
        for (String coding : headers.getOrDefault("content-encoding", List.of())) {
            if (!coding.isBlank() && !coding.trim().equalsIgnoreCase("identity")) {
                // not asked for: a body that grows when it is read is not read at all
                throw new ProtocolException("the answer is encoded");
            }
        }
        return new PartnerResponse(wire.getCode(), headers, body(wire.getEntity(), maxBody));
    }

    /** The answer's header fields by lower-case name. */
    static Map<String, List<String>> headers(ClassicHttpResponse wire) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (Header header : wire.getHeaders()) {
            headers.computeIfAbsent(header.getName().toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(header.getValue() == null ? "" : header.getValue());
        }
        headers.replaceAll((name, values) -> List.copyOf(values));
        return headers;
    }

    private static byte[] body(HttpEntity entity, int maxBody) throws IOException {
        if (entity == null) {
            return new byte[0];
        }
        if (entity.getContentLength() > maxBody) {
            throw new MessageConstraintException("the answer is too long");
        }
        InputStream content = entity.getContent(); // closed with the connection: closing it here would read it all
        byte[] body = content.readNBytes(maxBody);
        if (body.length == maxBody && content.read() != -1) {
            throw new MessageConstraintException("the answer is too long");
        }
        return body;
    }

    private static String checked(String name, Set<String> alsoAllowed) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!TOKEN.matcher(name).matches() || (OWN_FIELDS.contains(lower) && !alsoAllowed.contains(lower))) {
            throw new IllegalArgumentException("not a header field to be set");
        }
        return name;
    }

    private static String checkedValue(String value) {
        if (!VALUE.matcher(value).matches()) {
            throw new IllegalArgumentException("not a header field's value");
        }
        return value;
    }
}
