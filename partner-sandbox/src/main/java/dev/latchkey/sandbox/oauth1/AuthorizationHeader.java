package dev.latchkey.sandbox.oauth1;

import dev.latchkey.sandbox.http.Parameters;
import dev.latchkey.sandbox.http.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code Authorization: OAuth name="value", ...} (RFC 5849 s.3.5.1). */
final class AuthorizationHeader {

    /** The realm may hold nearly anything; of the rest only what percent-encoding leaves. */
    private static final Pattern ITEM =
            Pattern.compile("\\s*(?:realm=\"[^\"]*\"|([A-Za-z0-9_.~%-]+)=\"([A-Za-z0-9_.~%-]*)\")\\s*(,|$)");

    private AuthorizationHeader() {}

    static List<SignedRequest.Pair> read(String header) {
        List<SignedRequest.Pair> pairs = new ArrayList<>();
        String items = header.substring("OAuth ".length());
        Matcher item = ITEM.matcher(items);
        int end = 0;
        while (end < items.length()) {
            if (!item.find(end) || item.start() != end) {
                throw new Refusal(400, "parameter_rejected", "malformed Authorization header");
            }
            if (item.group(1) != null) { // the realm is not signed, s.3.4.1.3.1
                pairs.add(new SignedRequest.Pair(decoded(item.group(1)), decoded(item.group(2))));
            }
            end = item.end();
        }
        return pairs;
    }

    /** No plus sign passes the pattern, so that a form's decoding is percent-decoding here. */
    private static String decoded(String text) {
        return Parameters.parse(text + "=").values().keySet().iterator().next();
    }
}
