package dev.latchkey.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.quarkus.logging.json.runtime.JsonFormatter;
import java.io.IOException;
import java.util.Map;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The formatter that writes our log; {@code ProductionProcessIT} sees it at work in the packaged process. */
class LogLineTest {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\r\nb",
                "a\nINFO forged",
                "\u001b[2J\u001b[31mred",
                "\"},{\"forged\":1}",
                "\\\",\"forged\":1,\"x\":\"\\",
                "\u0000\u0008\u007f",
                "\u0085 and \u2028 and \u2029",
                "a}\r{\"forged\":1}"
            })
    @DisplayName("R173 makes one line of valid JSON of one event, whatever is in its fields")
    void writesOneLine(String nasty) throws IOException {
        ExtLogRecord event =
                new ExtLogRecord(Level.ERROR, "%s", ExtLogRecord.FormatStyle.PRINTF, "dev.latchkey." + nasty);
        event.setParameters(new Object[] {nasty});
        event.setLoggerName(nasty);
        event.setThreadName(nasty);
        event.setMdc(Map.of("request_id", nasty));
        event.setNdc(nasty);
        event.setThrown(new IllegalStateException(nasty, new IOException(nasty)));

        String text = new JsonFormatter().format(event);

        assertThat(text).endsWith("\n");
        String line = text.substring(0, text.length() - 1);
        assertThat(line.chars().filter(c -> c < 0x20)).as("control characters").isEmpty();
        JsonNode json = JSON.readTree(line);
        assertThat(json.path("message").asText()).isEqualTo(nasty);
        assertThat(json.path("loggerName").asText()).isEqualTo(nasty);
        assertThat(json.path("threadName").asText()).isEqualTo(nasty);
        assertThat(json.path("mdc").path("request_id").asText()).isEqualTo(nasty);
        assertThat(json.has("forged")).isFalse();
    }
}
