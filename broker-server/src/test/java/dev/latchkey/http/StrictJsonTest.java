package dev.latchkey.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.BrokerClient;
import dev.latchkey.testkit.BrokerClient.Answer;
import dev.latchkey.testkit.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class StrictJsonTest {

    private static final String APPS = "/api/v1/apps";
    private static final String GOOD = "{\"id\":\"strict\",\"name\":\"n\",\"return_urls\":[]}";

    @TestHTTPResource("/")
    URI server;

    @TestFactory
    @DisplayName("R145 refuses JSON that has more than one meaning, or none")
    List<DynamicTest> refuses() {
        Map<String, String> bad = new LinkedHashMap<>();
        bad.put("nothing", "");
        bad.put("null", "null");
        bad.put("a list", "[" + GOOD + "]");
        bad.put("a text", "\"x\"");
        bad.put("a number", "1");
        bad.put("cut off", GOOD.substring(0, 20));
        bad.put("trailing data", GOOD + "x");
        bad.put("a second value", GOOD + GOOD);
        bad.put("a member twice", "{\"id\":\"a\",\"id\":\"b\",\"name\":\"n\",\"return_urls\":[]}");
        bad.put("an unknown member", "{\"x\":1," + GOOD.substring(1));
        bad.put("a member in another case", GOOD.replace("name", "Name"));
        bad.put("a number for a text", GOOD.replace("\"n\"", "1"));
        bad.put("a boolean for a text", GOOD.replace("\"n\"", "true"));
        bad.put("a list for a text", GOOD.replace("\"n\"", "[\"n\"]"));
        bad.put("an object for a text", GOOD.replace("\"n\"", "{}"));
        bad.put("a text for a list", GOOD.replace("[]", "\"https://a.example\""));
        bad.put("an object for a list", GOOD.replace("[]", "{}"));
        bad.put("an empty text for a list", GOOD.replace("[]", "\"\""));
        bad.put("null in a list", GOOD.replace("[]", "[null]"));
        bad.put("a number in a list", GOOD.replace("[]", "[1]"));
        bad.put("nesting", GOOD.replace("[]", "[".repeat(1001) + "]".repeat(1001)));
        bad.put("a long number", GOOD.replace("\"n\"", "9".repeat(60_000)));
        bad.put("a lone surrogate", GOOD.replace("\"n\"", "\"\\ud800\""));
        bad.put("a swapped surrogate pair", GOOD.replace("\"n\"", "\"\\udc00\\ud800\""));
        bad.put("NUL", GOOD.replace("\"n\"", "\"a\\u0000\""));
        bad.put("a comment", GOOD.replace("{", "{/* */"));
        bad.put("single quotes", GOOD.replace('"', '\''));
        bad.put("a trailing comma", GOOD.replace("[]}", "[],}"));
        bad.put("NaN", GOOD.replace("\"n\"", "NaN"));
        bad.put("a line end in a text", GOOD.replace("\"n\"", "\"a\nb\""));
        return bad.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> assertRefused(each.getValue())))
                .toList();
    }

    @Test
    @DisplayName("R145 reads UTF-8 only and refuses bytes that are none")
    void refusesOtherEncodings() {
        BrokerClient admin = BrokerClient.at(server).asAdmin();

        for (byte[] body : List.of(
                GOOD.getBytes(StandardCharsets.UTF_16LE),
                GOOD.getBytes(StandardCharsets.UTF_16BE),
                GOOD.replace("n\"", "\u00ff\"").getBytes(StandardCharsets.ISO_8859_1),
                new byte[] {'{', '"', (byte) 0xC0, (byte) 0x80, '"', '}'})) {
            assertThat(admin.send("POST", APPS, "application/json", body).status())
                    .isEqualTo(400);
        }
    }

    @Test
    @DisplayName("R145 points at the member that is wrong")
    void pointsAtTheMember() {
        BrokerClient admin = BrokerClient.at(server).asAdmin();

        assertThat(admin.post(APPS, GOOD.replace("\"n\"", "1")).text("pointer")).isEqualTo("/name");
        assertThat(admin.post(APPS, GOOD.replace("[]", "[\"https://a.example\",1]"))
                        .text("pointer"))
                .isEqualTo("/return_urls/1");
        assertThat(admin.post(APPS, "{\"surprise\":1," + GOOD.substring(1)).text("pointer"))
                .isEqualTo("/surprise");
    }

    @Test
    @DisplayName("R150 repeats nothing of what it refuses")
    void repeatsNothing() {
        BrokerClient admin = BrokerClient.at(server).asAdmin();

        for (String body : List.of(
                "{\"CANARY-1\":\"CANARY-2\"}",
                "{\"id\":CANARY-3}",
                "{\"id\":[\"CANARY-4\"]}",
                "CANARY-5",
                "{\"name\":\"CANARY-6\ud83d\",\"id\":1}",
                "{\"id\":\"CANARY-7\"}")) {
            assertThat(admin.post(APPS, body).body()).doesNotContain("CANARY");
        }
    }

    private void assertRefused(String body) {
        Answer answer = BrokerClient.at(server).asAdmin().post(APPS, body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid_request");
        assertThat(answer.json().has("pointer")).isTrue();
    }
}
