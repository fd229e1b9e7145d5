package dev.latchkey.caller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.PublishedBroker;
import dev.latchkey.testkit.RawHttp;
import dev.latchkey.testkit.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(PublishedBroker.class)
@QuarkusTestResource(TestDatabase.class)
class AuthenticationLimitTest {

    private static final String HOST = "Host: " + PublishedBroker.HOST;

    @TestHTTPResource("/")
    URI server;

    @Test
    @DisplayName("R147 answers 429 to an address that failed too often, except to what is proven already")
    void limitsFailures() {
        assertThat(get("admin", "admin-password-of-the-tests")).startsWith("HTTP/1.1 200");
        assertThat(get("nobody", "wrong-1")).startsWith("HTTP/1.1 401");
        assertThat(get("admin", "wrong-2")).startsWith("HTTP/1.1 401");
        assertThat(RawHttp.get(server, "/api/v1/apps", HOST, "Authorization: Bearer wrong-3"))
                .startsWith("HTTP/1.1 401")
                .contains("\"code\":\"invalid_token\"");

        String refused = get("approver", "approver-password-of-the-tests");

        assertThat(refused).startsWith("HTTP/1.1 429").contains("\"code\":\"rate_limited\"");
        assertThat(refused.toLowerCase(Locale.ROOT)).containsPattern("retry-after: [1-9][0-9]?\r\n");
        assertThat(RawHttp.get(server, "/api/v1/apps", HOST, "X-Forwarded-For: 9.9.9.9", basic("nobody", "wrong-4")))
                .as("R143: an address that the caller names is not believed")
                .startsWith("HTTP/1.1 429");
        assertThat(get("admin", "admin-password-of-the-tests")).startsWith("HTTP/1.1 200");
    }

    private String get(String name, String secret) {
        return RawHttp.get(server, "/api/v1/apps", HOST, basic(name, secret));
    }

    private static String basic(String name, String secret) {
        byte[] pair = (name + ":" + secret).getBytes(StandardCharsets.UTF_8);
        return "Authorization: Basic " + Base64.getEncoder().encodeToString(pair);
    }
}
