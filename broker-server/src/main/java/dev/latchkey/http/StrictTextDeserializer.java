package dev.latchkey.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import java.io.IOException;

/** Reads text that every later reader can keep: no unpaired surrogate (it has no UTF-8), no NUL (PostgreSQL). */
final class StrictTextDeserializer extends StdScalarDeserializer<String> {

    private static final long serialVersionUID = 1L;

    StrictTextDeserializer() {
        super(String.class);
    }

    @Override
    public String deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        if (!parser.hasToken(JsonToken.VALUE_STRING)) {
            return (String) context.handleUnexpectedToken(String.class, parser);
        }
        String text = parser.getText();
        if (!isKeepable(text)) {
            return (String) context.handleWeirdStringValue(String.class, "", "not Unicode text");
        }
        return text;
    }

    private static boolean isKeepable(String text) {
        return text.codePoints().allMatch(c -> c != 0 && Character.getType(c) != Character.SURROGATE);
    }

    /** The same for names of members that a map collects. */
    static final class Keys extends KeyDeserializer {
        @Override
        public Object deserializeKey(String key, DeserializationContext context) throws IOException {
            return isKeepable(key) ? key : context.handleWeirdKey(String.class, "", "not Unicode text");
        }
    }
}
