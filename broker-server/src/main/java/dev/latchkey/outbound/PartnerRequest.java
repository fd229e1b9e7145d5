package dev.latchkey.outbound;

import java.net.URI;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One request to a partner. Prints without headers and body, which hold secrets. Immutable.
 *
 * @param method the HTTP method
 * @param uri an absolute http or https address; vetted again when the connection is made
 * @param headers header fields, each once
 * @param body the body's bytes, empty for none; owned by the request from here on
 * @param recipient on whose account the call is made; empty for what no registration stands for, such as public documents
 */
public record PartnerRequest(
        String method, URI uri, Map<String, String> headers, byte[] body, Optional<Recipient> recipient) {

    /** Copies the headers into a map whose names are the same in any case; of two that differ in case the last wins. */
    public PartnerRequest {
        Map<String, String> anyCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        anyCase.putAll(headers);
        headers = Collections.unmodifiableMap(anyCase);
    }

    /** A request on nobody's account. */
    public PartnerRequest(String method, URI uri, Map<String, String> headers, byte[] body) {
        this(method, uri, headers, body, Optional.empty());
    }

    /** A GET without a body. */
    public static PartnerRequest get(URI uri) {
        return new PartnerRequest("GET", uri, Map.of("Accept", "application/json"), new byte[0]);
    }

    /** The same request with one header field more, which replaces one of the same name. */
    public PartnerRequest withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new PartnerRequest(method, uri, more, body, recipient);
    }

    /** The same request on the account of a registration, whose {@link CallGate} it passes. */
    public PartnerRequest to(Recipient partner) {
        return new PartnerRequest(method, uri, headers, body, Optional.of(partner));
    }

    @Override
    public String toString() {
        return method + " " + uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath();
    }
}
