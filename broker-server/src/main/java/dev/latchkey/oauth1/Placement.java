package dev.latchkey.oauth1;

import dev.latchkey.catalog.entry.ParameterPlace;
import dev.latchkey.outbound.PartnerRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** Puts the protocol's parameters where the partner wants them (RFC 5849 section 3.5). */
enum Placement {
    /** Section 3.5.1. */
    HEADER {
        @Override
        PartnerRequest place(PartnerRequest bare, List<Parameter> protocol) {
            String value = protocol.stream()
                    .map(it -> PercentEncoding.encode(it.name()) + "=\"" + PercentEncoding.encode(it.value()) + "\"")
                    .collect(Collectors.joining(", ", "OAuth ", ""));
            return bare.withHeader("Authorization", value);
        }
    },
    /** Section 3.5.3; what the query holds already stays as it is, byte for byte. */
    QUERY {
        @Override
        PartnerRequest place(PartnerRequest bare, List<Parameter> protocol) {
            String query = Objects.requireNonNullElse(bare.uri().getRawQuery(), "");
            String address = bare.uri().toString();
            String bareAddress =
                    query.isEmpty() && address.endsWith("?") ? address : address + (query.isEmpty() ? "?" : "&");
            return new PartnerRequest(
                    bare.method(), URI.create(bareAddress + encoded(protocol)), bare.headers(), bare.body());
        }
    },
    /** Section 3.5.2; the body must be a form, or there is none yet. */
    BODY {
        @Override
        PartnerRequest place(PartnerRequest bare, List<Parameter> protocol) {
            String form = new String(bare.body(), StandardCharsets.ISO_8859_1);
            String all = form + (form.isEmpty() ? "" : "&") + encoded(protocol);
            PartnerRequest placed = new PartnerRequest(
                    bare.method(), bare.uri(), bare.headers(), all.getBytes(StandardCharsets.ISO_8859_1));
            return FormBody.isDeclared(bare) ? placed : placed.withHeader("Content-Type", FormBody.MEDIA_TYPE);
        }
    };

    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");

    /** The place of a row, if the request has room there; {@code invalid_request} if not. */
    static Placement of(ParameterPlace place, PartnerRequest bare) {
        if (bare.headers().keySet().stream().anyMatch("Authorization"::equalsIgnoreCase)) {
            throw RequestSignature.refused("The request brings a credential itself.");
        }
        return switch (place) {
            case HEADER -> HEADER;
            case QUERY -> QUERY;
            case BODY -> {
                boolean typed = bare.headers().keySet().stream().anyMatch("Content-Type"::equalsIgnoreCase);
                boolean room = FormBody.isDeclared(bare) || (!typed && bare.body().length == 0);
                if (!room || !WITH_BODY.contains(bare.method())) {
                    throw RequestSignature.refused("This partner takes signed forms only.");
                }
                yield BODY;
            }
        };
    }

    abstract PartnerRequest place(PartnerRequest bare, List<Parameter> protocol);

    private static String encoded(List<Parameter> protocol) {
        return protocol.stream()
                .map(it -> PercentEncoding.encode(it.name()) + "=" + PercentEncoding.encode(it.value()))
                .collect(Collectors.joining("&"));
    }
}
