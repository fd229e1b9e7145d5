package dev.latchkey.caller.limit;

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
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

@QuarkusTest
@TestProfile(PublishedBroker.class)
@QuarkusTestResource(TestDatabase.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AuthenticationLimitTest {

    private static final String HOST = "Host: " + PublishedBroker.HOST;

    @TestHTTPResource("/")
    URI server;

    @Test
    @Order(1)
    @DisplayName("latchkey.limits.app-rate: an app that asks too often waits, others do not")
    void limitsApps() {
        String secret = register("eager");
        for (int request = 0; request < PublishedBroker.APP_RATE; request++) {
            assertThat(connections("eager", secret)).startsWith("HTTP/1.1 200");
        }

        String refused = connections("eager", secret);

        assertThat(refused).startsWith("HTTP/1.1 429").contains("\"code\":\"rate_limited\"");
        assertThat(refused.toLowerCase(Locale.ROOT)).containsPattern("retry-after: [1-9][0-9]?\r\n");
        assertThat(connections("calm", register("calm"))).startsWith("HTTP/1.1 200");
        assertThat(get("admin", "admin-password-of-the-tests")).startsWith("HTTP/1.1 200");
    }

    @Test
    @Order(2)
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

    private String register(String app) {
        String body = "{\"id\":\"" + app + "\",\"name\":\"" + app + "\",\"return_urls\":[]}";
        String answer = RawHttp.send(
                server,
                "POST /api/v1/apps HTTP/1.1\r\n" + HOST + "\r\n" + basic("admin", "admin-password-of-the-tests")
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                        + "\r\nConnection: close\r\n\r\n" + body);
        return answer.replaceAll("(?s).*\"secret\":\"([^\"]+)\".*", "$1");
    }

    private String connections(String app, String secret) {
        return RawHttp.get(server, "/api/v1/connections", HOST, basic(app, secret));
    }

    private String get(String name, String secret) {
        return RawHttp.get(server, "/api/v1/apps", HOST, basic(name, secret));
    }

    private static String basic(String name, String secret) {
        byte[] pair = (name + ":" + secret).getBytes(StandardCharsets.UTF_8);
        return "Authorization: Basic " + Base64.getEncoder().encodeToString(pair);
    }
}
