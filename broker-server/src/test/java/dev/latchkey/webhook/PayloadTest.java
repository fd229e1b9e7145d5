package dev.latchkey.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                " {\"a\" : 1.50e0,\r\n\"a\":2}\n",
                "null",
                "\"\\ud800\"",
                "12345678901234567890.000",
                "[[],{\"\\u0000\":\"\\u0000\"}]"
            })
    @DisplayName("R122 keeps JSON to the byte, its duplicate keys and numbers too")
    void keepsJson(String json) {
        assertThat(Payload.of(json.getBytes(StandardCharsets.UTF_8))).isEqualTo(json);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a=b&c=\"d\"",
                "{} {}",
                "{\"a\":1}x",
                "{\"a\":",
                "\ufeff{}",
                "{'a':1}",
                "NaN",
                "\u0000{}",
                "//x\n{}",
                "\"}, \"type\":\"connection.revoked"
            })
    @DisplayName("takes what is no JSON as a string")
    void takesTextAsAString(String text) throws Exception {
        String payload = Payload.of(text.getBytes(StandardCharsets.UTF_8));

        assertThat(new JsonMapper()
                        .readTree("{\"payload\":" + payload + "}")
                        .path("payload")
                        .textValue())
                .isEqualTo(text);
    }

    @Test
    @DisplayName("takes what is no UTF-8, and what is nested beyond measure, as a string")
    void takesTheOddOnesAsStrings() {
        assertThat(Payload.of(new byte[] {'{', (byte) 0xC3, '}'})).isEqualTo("\"{\ufffd}\"");
        assertThat(Payload.of("[".repeat(30_000).getBytes(StandardCharsets.UTF_8)))
                .startsWith("\"[[");
        String deep = "[".repeat(2_000) + "]".repeat(2_000);
        assertThat(Payload.of(deep.getBytes(StandardCharsets.UTF_8))).isEqualTo("\"" + deep + "\"");
    }
}
