package dev.latchkey.oauth1;

import dev.latchkey.outbound.PartnerRequest;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whether the body of a request is a form, and thus a part of what is signed (RFC 5849 section 3.4.1.3.1). */
public final class FormBody {

    static final String MEDIA_TYPE = "application/x-www-form-urlencoded";

    private static final Pattern AS_UTF8 = Pattern.compile("(\\s*;\\s*charset\\s*=\\s*\"?utf-8\"?)?\\s*");

    private FormBody() {}

    /** Whether the header fields say that the body is a form; {@code invalid_request} for a form that is not UTF-8. */
    public static boolean isDeclared(PartnerRequest request) {
        String type = request.headers().getOrDefault("Content-Type", "").strip().toLowerCase(Locale.ROOT);
        if (!type.startsWith(MEDIA_TYPE)) {
            return false;
        }
        if (!AS_UTF8.matcher(type.substring(MEDIA_TYPE.length())).matches()) {
            throw RequestSignature.refused("Only a form in UTF-8 can be signed.");
        }
        return true;
    }

    /** The form, one character a byte; what is not ASCII is refused where it is read. */
    static Optional<String> of(PartnerRequest request) {
        return isDeclared(request)
                ? Optional.of(new String(request.body(), StandardCharsets.ISO_8859_1))
                : Optional.empty();
    }
}
