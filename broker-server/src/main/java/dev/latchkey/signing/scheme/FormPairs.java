package dev.latchkey.signing.scheme;

import dev.latchkey.problem.BrokerException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The decoded parameters of a form in their order, repeated ones too. Reads strictly, so that what is signed has one
 * meaning, and writes as RFC 3986 section 2 has it. Immutable.
 *
 * @param pairs in the order of the form
 */
record FormPairs(List<Pair> pairs) {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final String UNRESERVED = "-._~"; // beside letters and digits, RFC 3986 section 2.3

    /** A name and its value, decoded. */
    record Pair(String name, String value) {

        String encoded() {
            return encode(name) + "=" + encode(value);
        }
    }

    FormPairs {
        pairs = List.copyOf(pairs);
    }

    /** Reads a form; {@code invalid_request} if it is not UTF-8, or its percent-encoding is broken. */
    static FormPairs read(byte[] form) {
        String text = text(ByteBuffer.wrap(form));
        List<Pair> pairs = new ArrayList<>();
        for (String pair : text.isEmpty() ? new String[0] : text.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw broken();
            }
            pairs.add(new Pair(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1))));
        }
        return new FormPairs(pairs);
    }

    /** The form, each octet that is not unreserved percent-encoded, upper case; a space is {@code %20}. */
    String encoded() {
        return pairs.stream().map(Pair::encoded).collect(Collectors.joining("&"));
    }

    /** Encodes one name or value. */
    static String encode(String text) {
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xFF);
            if ((c < 0x80 && Character.isLetterOrDigit(c)) || UNRESERVED.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HEX.toHexDigits(octet));
            }
        }
        return encoded.toString();
    }

    private static String decode(String encoded) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c == '%') {
                octets.write(octet(encoded, i + 1));
                i += 2;
            } else if (c == '+') {
                octets.write(' ');
            } else if (c <= ' ' || c >= 0x7F || c == '=') {
                throw broken(); // nothing of this may stand bare in a form, and readers differ about what it means
            } else {
                octets.write(c);
            }
        }
        return text(ByteBuffer.wrap(octets.toByteArray()));
    }

    private static int octet(String encoded, int at) {
        if (at + 2 > encoded.length()
                || !HexFormat.isHexDigit(encoded.charAt(at))
                || !HexFormat.isHexDigit(encoded.charAt(at + 1))) {
            throw broken();
        }
        return HexFormat.fromHexDigits(encoded, at, at + 2);
    }

    private static String text(ByteBuffer utf8) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException e) {
            throw broken();
        }
    }

    private static BrokerException broken() {
        return BrokerException.invalid("/body", "The body is no form in UTF-8 and percent-encoding.");
    }
}
