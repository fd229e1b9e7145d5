package dev.latchkey.handshake.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QueryStringTest {

    @Test
    void beginsAQuery() {
        assertThat(QueryString.append(URI.create("https://partner.example/consent"), parameters()))
                .isEqualTo(URI.create("https://partner.example/consent?client_id=a%26b&state=x%20%2By"));
    }

    @Test
    void continuesAQuery() {
        assertThat(QueryString.append(URI.create("https://partner.example/consent?a=b"), parameters()))
                .isEqualTo(URI.create("https://partner.example/consent?a=b&client_id=a%26b&state=x%20%2By"));
    }

    private static Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("client_id", "a&b");
        parameters.put("state", "x +y");
        return parameters;
    }
}
