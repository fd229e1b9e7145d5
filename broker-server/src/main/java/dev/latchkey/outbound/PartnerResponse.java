package dev.latchkey.outbound;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A complete answer of a partner. Prints only its status.
 *
 * @param status the HTTP status
 * @param headers header fields by lower-case name, in the order received
 * @param body the body's bytes, at most as many as the configuration allows
 */
public record PartnerResponse(int status, Map<String, List<String>> headers, byte[] body) {

    /** The first value of a header field. */
    public Optional<String> header(String name) {
        List<String> values = headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
        return values.stream().findFirst();
    }

    @Override
    public String toString() {
        return "PartnerResponse[" + status + "]";
    }
}
