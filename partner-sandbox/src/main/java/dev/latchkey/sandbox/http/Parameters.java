package dev.latchkey.sandbox.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Form-encoded parameters in their order, decoded strictly: bad percent-encoding or bad UTF-8 is refused. */
public record Parameters(Map<String, List<String>> values) {

    public Parameters {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** Decodes {@code a=b&c=d}. */
    public static Parameters parse(String encoded) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        if (!encoded.isEmpty()) {
            for (String pair : encoded.split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = decode(equals < 0 ? pair : pair.substring(0, equals));
                String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
                values.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
            }
        }
        return new Parameters(values);
    }

    /** The value, if it was sent once and is not empty: RFC 6749 s.3.1 treats an empty value as omitted. */
    public Optional<String> one(String name) {
        List<String> all = values.getOrDefault(name, List.of());
        return all.size() == 1 && !all.getFirst().isEmpty() ? Optional.of(all.getFirst()) : Optional.empty();
    }

    /** The value, or a refusal. */
    public String required(String name) {
        return one(name).orElseThrow(() -> new Refusal(400, "invalid_request", "missing parameter " + name));
    }

    /** Refuses a repeated parameter (RFC 6749 s.3.1 and s.3.2) and one that the partner does not document. */
    public void allowOnly(Set<String> allowed) {
        values.forEach((name, all) -> {
            if (all.size() > 1) {
                throw new Refusal(400, "invalid_request", "duplicate parameter " + name);
            }
            if (!allowed.contains(name)) {
                throw new Refusal(400, "invalid_request", "unknown parameter " + name);
            }
        });
    }

    private static String decode(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                bytes.write(hex(text, i + 1) * 16 + hex(text, i + 2));
                i += 2;
            } else if (c == '+') {
                bytes.write(' ');
            } else {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException malformed) {
            throw new Refusal(400, "invalid_request", "a parameter is not UTF-8");
        }
    }

    private static int hex(String text, int at) {
        int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
        if (digit < 0) {
            throw new Refusal(400, "invalid_request", "bad percent-encoding");
        }
        return digit;
    }
}
