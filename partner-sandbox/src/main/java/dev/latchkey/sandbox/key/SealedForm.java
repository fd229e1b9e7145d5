package dev.latchkey.sandbox.key;

import dev.latchkey.sandbox.http.Parameters;
import dev.latchkey.sandbox.http.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A form string that carries key and nonce in front and, as its last parameter, the HMAC over everything before it.
 *
 * @param key the API key as sent
 * @param nonce the nonce as sent
 * @param sealed the exact text that the seal is over
 * @param seal the seal as sent
 */
public record SealedForm(String key, String nonce, String sealed, String seal) {

    private static final String SEAL = "&apiseal=";

    /** Reads the body as far as its shape goes; empty if it has another. */
    public static Optional<SealedForm> read(String body) {
        int end = body.lastIndexOf(SEAL);
        String sealed = end < 0 ? "" : body.substring(0, end);
        String[] pairs = sealed.split("&", 3);
        if (pairs.length < 2 || !pairs[0].startsWith("apikey=") || !pairs[1].startsWith("nonce=")) {
            return Optional.empty();
        }
        return Optional.of(new SealedForm(
                pairs[0].substring("apikey=".length()),
                pairs[1].substring("nonce=".length()),
                sealed,
                body.substring(end + SEAL.length())));
    }

    /** Whether the seal is right, in lower-case hex. */
    public boolean isSealedBy(String secret) {
        return Digests.same(seal, Digests.hmacSha256(secret, sealed));
    }

    /** The parameters; refused if any is not percent-encoded as RFC 3986 has it, or repeats one of the three names. */
    public Parameters parameters() {
        Parameters all = Parameters.parse(sealed);
        if (all.one("apikey").isEmpty()
                || all.one("nonce").isEmpty()
                || all.values().containsKey("apiseal")) {
            throw new Refusal(400, "invalid_request", "repeated apikey, nonce or apiseal");
        }
        StringBuilder plain = new StringBuilder();
        for (String pair : sealed.split("&", -1)) {
            Map.Entry<String, List<String>> one =
                    Parameters.parse(pair).values().entrySet().iterator().next();
            String value = pair.contains("=") ? "=" + encoded(one.getValue().getFirst()) : "";
            plain.append(plain.isEmpty() ? "" : "&")
                    .append(encoded(one.getKey()))
                    .append(value);
        }
        if (!plain.toString().equals(sealed)) {
            throw new Refusal(400, "invalid_request", "not encoded as RFC 3986 has it");
        }
        return all;
    }

    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean unreserved = c < 0x80 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0);
            encoded.append(unreserved ? String.valueOf(c) : String.format(Locale.ROOT, "%%%02X", (int) c));
        }
        return encoded.toString();
    }
}
