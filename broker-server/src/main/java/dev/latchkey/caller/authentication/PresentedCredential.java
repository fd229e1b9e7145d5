package dev.latchkey.caller.authentication;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** What a caller presents in {@code Authorization}. */
sealed interface PresentedCredential {

    /** What the credential is remembered by once it is verified. */
    Secret fingerprintOf();

    /** A name and a secret, RFC 7617. */
    record Basic(String name, Secret secret, Secret fingerprintOf) implements PresentedCredential {}

    /** A token, RFC 6750. */
    record Bearer(Secret secret) implements PresentedCredential {
        @Override
        public Secret fingerprintOf() {
            return secret;
        }
    }

    /**
     * Reads the values of the header field, of which there must be one.
     *
     * @throws BrokerException {@code unauthenticated} for anything that is neither
     */
    static PresentedCredential parse(List<String> fields) {
        String field = fields.size() == 1 ? fields.getFirst().strip() : "";
        int space = field.indexOf(' ');
        String scheme = space < 0 ? "" : field.substring(0, space).toLowerCase(Locale.ROOT);
        String rest = space < 0 ? "" : field.substring(space + 1).strip();
        if (rest.isEmpty()) {
            throw malformed();
        }
        return switch (scheme) {
            case "bearer" -> new Bearer(Secret.of(rest));
            case "basic" -> basic(rest);
            default -> throw malformed();
        };
    }

    private static Basic basic(String encoded) {
        try {
            byte[] bytes = Base64.getDecoder().decode(encoded);
            String pair = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            int colon = pair.indexOf(':');
            if (colon < 1 || colon == pair.length() - 1) {
                throw malformed();
            }
            return new Basic(
                    pair.substring(0, colon), Secret.of(pair.substring(colon + 1)), Secret.of("basic " + pair));
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw malformed();
        }
    }

    private static BrokerException malformed() {
        return new BrokerException(
                ProblemType.UNAUTHENTICATED, "One Authorization header with Basic or Bearer credentials is needed.");
    }
}
