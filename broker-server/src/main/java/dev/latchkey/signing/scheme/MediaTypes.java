package dev.latchkey.signing.scheme;

import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What a request's header fields say about its body. Names of fields are compared without their case. */
final class MediaTypes {

    private static final String CONTENT_TYPE = "Content-Type";

    private MediaTypes() {}

    /** {@code unsupported_media_type} unless the request's type is one of these, in UTF-8, or is not given. */
    static void require(PartnerRequest request, Set<String> types) {
        request.headers().forEach((name, value) -> {
            if (name.equalsIgnoreCase(CONTENT_TYPE) && !fits(value, types)) {
                throw new BrokerException(
                        ProblemType.UNSUPPORTED_MEDIA_TYPE, "A body of this type cannot be signed for this partner.");
            }
        });
    }

    /** The request with one field set, and spelt as here; {@link PartnerRequest#withHeader} keeps the spelling that it had. */
    static PartnerRequest with(PartnerRequest request, String name, String value) {
        Map<String, String> headers = new LinkedHashMap<>();
        request.headers().forEach((given, text) -> {
            if (!given.equalsIgnoreCase(name)) {
                headers.put(given, text);
            }
        });
        headers.put(name, value);
        return new PartnerRequest(request.method(), request.uri(), headers, request.body());
    }

    private static boolean fits(String value, Set<String> types) {
        String[] parts = value.toLowerCase(Locale.ROOT).split(";", -1);
        boolean charset = parts.length == 1
                || (parts.length == 2
                        && Set.of("charset=utf-8", "charset=\"utf-8\"").contains(parts[1].strip()));
        return charset && types.contains(parts[0].strip());
    }
}
