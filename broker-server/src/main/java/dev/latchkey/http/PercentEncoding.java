package dev.latchkey.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Looks through percent-encoding (RFC 3986 section 2.1) without changing anything. */
final class PercentEncoding {

    private PercentEncoding() {}

    /** Whether the text decodes to UTF-8 without NUL, which no store of ours could keep. */
    static boolean isText(String encoded) {
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            int octet = c;
            if (c == '%') {
                octet = octetAt(encoded, i + 1);
                i += 2;
            }
            if (octet <= 0 || octet > 0xFF) {
                return false;
            }
            decoded.write(octet);
        }
        return isUtf8(decoded.toByteArray());
    }

    private static int octetAt(String encoded, int start) {
        if (start + 2 > encoded.length()) {
            return -1;
        }
        int high = Character.digit(encoded.charAt(start), 16);
        int low = Character.digit(encoded.charAt(start + 1), 16);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
