package dev.latchkey.webhook;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Makes a JSON value of a partner's body. To be called only for a body whose sender is proven. */
final class Payload {

    private static final JsonFactory JSON = new JsonFactory();

    private Payload() {}

    /** The body itself where it is one JSON text (RFC 8259), to the byte; else a JSON string that holds it. */
    static String of(byte[] body) {
        Optional<String> text = utf8(body);
        if (text.filter(Payload::isJson).isPresent()) {
            return text.get();
        }
        // what is not UTF-8 loses the octets in question; there is no text that could hold them
        String readable = text.orElseGet(() -> new String(body, StandardCharsets.UTF_8));
        return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(readable)) + "\"";
    }

    private static Optional<String> utf8(byte[] body) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static boolean isJson(String text) {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }
}
