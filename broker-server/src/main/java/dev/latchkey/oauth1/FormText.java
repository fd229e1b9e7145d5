package dev.latchkey.oauth1;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a query or a form (RFC 5849 section 3.4.1.3.1). Whatever two readers could read in two ways is refused, since the
 * partner would then compute another signature than we.
 */
final class FormText {

    private FormText() {}

    /**
     * The parameters in their order.
     *
     * @throws BrokerException {@code invalid_request} for a stray percent sign, for bytes that are neither ASCII nor
     *     percent-encoded UTF-8, and for a pair without a name
     */
    static List<Parameter> parse(String text) {
        List<Parameter> parameters = new ArrayList<>();
        if (text.isEmpty()) {
            return parameters;
        }
        for (String pair : text.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            if (name.isEmpty()) {
                throw refused();
            }
            parameters.add(new Parameter(name, equals < 0 ? "" : decode(pair.substring(equals + 1))));
        }
        return parameters;
    }

    private static String decode(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '%') {
                bytes.write(digit(text, at + 1) << 4 | digit(text, at + 2));
                at += 2;
            } else if (c <= ' ' || c > '~') {
                throw refused();
            } else {
                bytes.write(c == '+' ? ' ' : c);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw refused();
        }
    }

    private static int digit(String text, int at) {
        int digit = at < text.length() && text.charAt(at) <= 'f' ? Character.digit(text.charAt(at), 16) : -1;
        if (digit < 0) {
            throw refused();
        }
        return digit;
    }

    private static BrokerException refused() {
        return new BrokerException(
                ProblemType.INVALID_REQUEST, "The query or the form cannot be signed: it is not encoded as a form.");
    }
}
