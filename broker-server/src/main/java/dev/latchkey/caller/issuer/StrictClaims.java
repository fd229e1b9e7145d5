package dev.latchkey.caller.issuer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/** Reads the JSON of a token so that it has one meaning: no member twice, nothing behind it, bounded. */
final class StrictClaims {

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonFactory.Feature.CHARSET_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(20)
                            .maxNumberLength(40)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private StrictClaims() {}

    /** The object; a token that is anything else is refused. */
    static JsonNode parse(byte[] json) throws TokenRefusedException {
        try {
            JsonNode parsed = JSON.readTree(json);
            if (parsed.isObject()) {
                return parsed;
            }
        } catch (IOException e) {
            throw new TokenRefusedException("its JSON has no single meaning");
        }
        throw new TokenRefusedException("it holds no JSON object");
    }
}
