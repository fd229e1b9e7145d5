package dev.latchkey.oauth1;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HexFormat;

/** RFC 5849 section 3.6: every byte of the UTF-8 form that is not unreserved in RFC 3986, in upper-case hex. */
final class PercentEncoding {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final BitSet UNRESERVED = new BitSet();

    static {
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
                .chars()
                .forEach(UNRESERVED::set);
    }

    private PercentEncoding() {}

    static String encode(String text) {
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            if (each > 0 && UNRESERVED.get(each)) {
                encoded.append((char) each);
            } else {
                encoded.append('%').append(HEX.toHexDigits(each));
            }
        }
        return encoded.toString();
    }
}
