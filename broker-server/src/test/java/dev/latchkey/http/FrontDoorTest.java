package dev.latchkey.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.BrokerClient;
import dev.latchkey.testkit.BrokerClient.Answer;
import dev.latchkey.testkit.RawHttp;
import dev.latchkey.testkit.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class FrontDoorTest {

    private static final String APPS = "/api/v1/apps";
    private static final String ADMIN = "Authorization: Basic "
            + Base64.getEncoder()
                    .encodeToString("admin:admin-password-of-the-tests".getBytes(StandardCharsets.US_ASCII));

    @TestHTTPResource("/")
    URI server;

    @Test
    void givesEachRequestAnIdOfItsOwn() {
        Answer first = send("X-Request-Id", "chosen-by-the-caller");
        Answer second = send("X-Request-Id", "chosen-by-the-caller");

        assertThat(first.header("X-Request-Id")).matches("[0-9a-f-]{36}").isNotEqualTo(second.header("X-Request-Id"));
        assertThat(first.text("instance")).isEqualTo("urn:uuid:" + first.header("X-Request-Id"));
    }

    @Test
    void setsSecurityHeadersOnEveryAnswer() {
        for (String path : new String[] {APPS, "/nowhere", "/q/health/live", "/q/openapi"}) {
            Answer answer = BrokerClient.at(server).get(path);
            assertThat(answer.header("X-Content-Type-Options")).as(path).isEqualTo("nosniff");
            assertThat(answer.header("Content-Security-Policy")).as(path).contains("default-src 'none'");
            assertThat(answer.header("Referrer-Policy")).as(path).isEqualTo("no-referrer");
            assertThat(answer.header("Cache-Control")).as(path).isEqualTo("no-store");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/apps;x",
                "/api/v1;a=b/apps",
                "/;/api/v1/apps",
                "/api/v1/;/apps",
                "/api/v1/x/..;/apps",
                "/api/v1/x/../apps",
                "/api/v1/./apps",
                "/api/v1/%2e/apps",
                "/api/v1/x/%2e%2e/apps",
                "/api/v1/x/.%2E/apps",
                "//api/v1/apps",
                "/api//v1/apps",
                "/api/v1//apps",
                "/api/v1%2fapps",
                "/api%2Fv1/apps",
                "/api/v1/apps.",
                "/api/v1/apps%2e",
                "/api/v1/apps%00",
                "/api/v1/apps%20",
                "/api/v1/apps%3b",
                "/api/v1/apps\\",
                "/api\\v1\\apps",
                "/api/v1/apps%5c",
                "/api/v1/%61pps",
                "/API/v1/apps",
                "/api/v1/APPS",
                "/api/v1/apps/..",
                "/api/v1/apps/.",
                "/api/v1/apps;/..;/apps",
                "/q/../api/v1/apps",
                "/q/health/../../api/v1/apps",
                "/q/metrics;x",
                "/q//metrics",
                "/q/%6detrics",
                "/q/health/../metrics",
                "/q/x/..;/metrics",
                "/api/v1/connections/" + "00000000-0000-0000-0000-000000000000/proxy/../../../apps"
            })
    @DisplayName("R137 never answers a disguised path as it would not answer the plain one")
    void refusesDisguisedPaths(String path) {
        // Without credentials the plain path is 401: a disguise must not open it.
        assertThat(RawHttp.status(RawHttp.get(server, path))).as("anonymous").isIn(400, 401, 404);
        // With them, no disguise is needed and none is taken.
        assertThat(RawHttp.status(RawHttp.get(server, path, ADMIN))).as("admin").isIn(400, 404);
    }

    @ParameterizedTest
    @CsvSource({
        "*, 127.0.0.1, 404, not_found",
        "zq7mark, 127.0.0.1, 404, not_found",
        "?zq7mark, 127.0.0.1, 400, invalid_request",
        "/api/v1/apps, zq7mark@127.0.0.1, 400, invalid_request"
    })
    void explainsWhatNoFilterSees(String target, String host, int status, String code) {
        assertExplained(RawHttp.get(server, target, "Host: " + host + ":" + server.getPort(), ADMIN), status, code);
    }

    @Test
    void answersThePlainPath() {
        assertThat(RawHttp.status(RawHttp.get(server, APPS, ADMIN))).isEqualTo(200);
        assertThat(RawHttp.status(RawHttp.get(server, APPS))).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:80",
                "127.0.0.1",
                "127.0.0.1:1",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "[::2]",
                "a@127.0.0.1",
                ""
            })
    @DisplayName("R144 does not answer for another host")
    void refusesOtherHosts(String host) {
        String answer = RawHttp.get(server, APPS, "Host: " + host, ADMIN);

        assertThat(RawHttp.status(answer)).isIn(400, 421);
        assertThat(answer).doesNotContain("evil.example");
    }

    @Test
    @DisplayName("R144 explains a misdirected request")
    void explainsAMisdirectedRequest() {
        String answer = RawHttp.get(server, APPS, "Host: evil.example", ADMIN);

        assertThat(RawHttp.status(answer)).isEqualTo(421);
        assertThat(answer).contains("\"code\":\"misdirected_request\"");
    }

    @Test
    @DisplayName("R144 takes the absolute form for our own host only, and one Host field only")
    void judgesTheAbsoluteForm() {
        String authority = server.getAuthority();

        assertThat(RawHttp.status(RawHttp.get(server, "http://evil.example" + APPS, ADMIN)))
                .isIn(400, 421);
        assertThat(RawHttp.status(RawHttp.get(server, "http://" + authority + APPS, "Host: evil.example", ADMIN)))
                .isIn(400, 421);
        assertThat(RawHttp.status(RawHttp.get(server, APPS, "Host: " + authority, "Host: evil.example", ADMIN)))
                .isIn(400, 421);
        assertThat(RawHttp.status(RawHttp.send(server, "GET " + APPS + " HTTP/1.0\r\n" + ADMIN + "\r\n\r\n")))
                .isIn(400, 421);
    }

    @Test
    void answersForEachNameOfLoopback() {
        String port = ":" + server.getPort();

        for (String host : new String[] {"127.0.0.1", "localhost", "[::1]", "LOCALHOST"}) {
            assertThat(RawHttp.status(RawHttp.get(server, APPS, "Host: " + host + port, ADMIN)))
                    .as(host)
                    .isEqualTo(200);
        }
    }

    @Test
    void answersHealthToAnyHost() {
        assertThat(RawHttp.status(RawHttp.get(server, "/q/health/live", "Host: 10.0.0.7:8080")))
                .isEqualTo(200);
    }

    @Test
    @DisplayName("R143 looks at no forwarded header")
    void ignoresForwardedHeaders() {
        String answer = RawHttp.get(
                server,
                APPS,
                "X-Forwarded-Host: evil.example",
                "X-Forwarded-Proto: https",
                "X-Forwarded-For: 9.9.9.9",
                "Forwarded: for=9.9.9.9;host=evil.example;proto=https",
                ADMIN);

        assertThat(RawHttp.status(answer)).isEqualTo(200);
        assertThat(answer).doesNotContain("evil.example");
    }

    @Test
    @DisplayName("R140 bounds header, request line, body and parameters")
    void boundsSizes() {
        assertProblem(RawHttp.get(server, APPS, "X-Large: " + "a".repeat(20 * 1024), ADMIN), 431, "headers_too_large");
        assertProblem(RawHttp.get(server, APPS + "?after=" + "a".repeat(4096), ADMIN), 414, "uri_too_long");
        assertProblem(RawHttp.get(server, APPS + "?" + "a&".repeat(1001), ADMIN), 400, "invalid_request");
        assertThat(RawHttp.status(RawHttp.get(server, APPS, "X-Large: " + "a".repeat(200 * 1024), ADMIN)))
                .isEqualTo(431);
        assertThat(RawHttp.status(RawHttp.get(server, APPS + "?after=" + "a".repeat(40_000), ADMIN)))
                .isEqualTo(414);
        assertThat(RawHttp.status(RawHttp.get(server, APPS, "X-Large: " + "a".repeat(15 * 1024), ADMIN)))
                .isEqualTo(200);
    }

    @Test
    @DisplayName("R140 bounds bodies with and without a length")
    void boundsBodies() {
        BrokerClient admin = BrokerClient.at(server).asAdmin();
        String large = "{\"id\":\"" + "a".repeat(64 * 1024) + "\"}";

        Answer declared = admin.post(APPS, large);
        Answer chunked = admin.send(admin.request(APPS)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofInputStream(
                        () -> new ByteArrayInputStream(large.getBytes(StandardCharsets.US_ASCII)))));

        assertThat(declared.status()).isEqualTo(413);
        assertThat(declared.code()).isEqualTo("payload_too_large");
        assertThat(chunked.status()).isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br", "deflate", "zstd", "identity, gzip"})
    @DisplayName("R142 takes no compressed body")
    void refusesCompressedBodies(String encoding) {
        BrokerClient admin = BrokerClient.at(server).asAdmin();

        Answer answer = admin.send(admin.request(APPS)
                .header("Content-Type", "application/json")
                .header("Content-Encoding", encoding)
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[100])));

        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.code()).isEqualTo("unsupported_media_type");
    }

    @Test
    void takesJsonInUtf8Only() {
        BrokerClient admin = BrokerClient.at(server).asAdmin();
        byte[] body = "{}".getBytes(StandardCharsets.UTF_16);

        assertThat(admin.send("POST", APPS, "application/json;charset=utf-16", body)
                        .status())
                .isEqualTo(415);
        assertThat(admin.send("POST", APPS, "application/json", body).status()).isEqualTo(400);
        assertThat(admin.send("POST", APPS, "text/plain", "{}".getBytes(StandardCharsets.US_ASCII))
                        .code())
                .isEqualTo("unsupported_media_type");
        assertThat(admin.send("POST", APPS, "application/xml", "<a/>".getBytes(StandardCharsets.US_ASCII))
                        .status())
                .isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "CONNECT", "PATCH", "PROPFIND", "FOO"})
    @DisplayName("R148 serves no method that a resource does not name")
    void refusesOtherMethods(String method) {
        String target = method.equals("CONNECT") ? server.getAuthority() : APPS;
        String answer = RawHttp.send(
                server,
                method + " " + target + " HTTP/1.1\r\nHost: " + server.getAuthority() + "\r\n" + ADMIN
                        + "\r\nConnection: close\r\n\r\n");

        assertThat(RawHttp.status(answer)).isIn(400, 404, 405);
        assertThat(answer).doesNotContain("admin-password");
    }

    @Test
    @DisplayName("R148 gives no other origin access")
    void hasNoCors() {
        String answer = RawHttp.get(server, APPS, "Origin: https://evil.example", ADMIN);

        assertThat(answer.toLowerCase(Locale.ROOT)).doesNotContain("access-control-allow");
    }

    @Test
    void answersProblemsOutsideOfResources() {
        Answer nowhere = BrokerClient.at(server).asAdmin().get("/nowhere");
        Answer parameter = BrokerClient.at(server).asAdmin().get(APPS + "?after=%C3%28");

        assertThat(nowhere.status()).isEqualTo(404);
        assertThat(nowhere.code()).isEqualTo("not_found");
        assertThat(parameter.status()).isEqualTo(400);
        assertThat(parameter.code()).isEqualTo("invalid_request");
        assertThat(BrokerClient.at(server).get("/q/metrics").code()).isEqualTo("unauthenticated");
        assertThat(BrokerClient.at(server).asApprover().get("/q/metrics").code())
                .isEqualTo("forbidden");
        assertThat(BrokerClient.at(server)
                        .as("admin", "wrong")
                        .get("/q/metrics")
                        .code())
                .isEqualTo("unauthenticated");
        assertThat(BrokerClient.at(server).asAdmin().get("/q/metrics").status()).isEqualTo(200);
        assertThat(BrokerClient.at(server).get("/q/metrics/").status()).isEqualTo(401);
        assertThat(BrokerClient.at(server).get("/q/metrics/x").status()).isIn(401, 404);
    }

    @Test
    void answersBrowsersWithAPageAndOAuthClientsWithTheirJson() {
        Answer page = BrokerClient.at(server).get("/connect/nothing-here/at-all");
        Answer oauth = BrokerClient.at(server).send("PUT", "/oauth2/token", "text/xml", new byte[0]);

        assertThat(page.header("Content-Type")).startsWith("text/html");
        assertThat(page.header("Content-Security-Policy")).contains("default-src 'none'", "frame-ancestors 'none'");
        assertThat(page.body()).contains("not_found").doesNotContain("nothing-here");
        assertThat(oauth.header("Content-Type")).startsWith("application/json");
        assertThat(oauth.header("Cache-Control")).isEqualTo("no-store");
        assertThat(oauth.text("error")).isNotEmpty();
    }

    @Test
    @DisplayName("R146 answers garbage with 400 and nothing else")
    void survivesGarbage() {
        for (String garbage : new String[] {
            "\r\n\r\n",
            "GET\r\n\r\n",
            "GET / HTTP/9.9\r\n\r\n",
            "\u0000\u0001\u0002\r\n\r\n",
            "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
            "GET  HTTP/1.1\r\n\r\n",
            "GET * HTTP/1.1\r\nHost: x\r\n\r\n"
        }) {
            String answer = RawHttp.send(server, garbage + "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
            assertThat(RawHttp.status(answer)).as(garbage).isIn(0, 400, 404, 421, 505);
        }
    }

    private static void assertExplained(String answer, int status, String code) {
        assertProblem(answer, status, code);
        assertThat(answer.toLowerCase(Locale.ROOT))
                .contains("x-content-type-options: nosniff", "cache-control: no-store", "x-request-id: ")
                .doesNotContain("zq7mark");
    }

    private static void assertProblem(String answer, int status, String code) {
        assertThat(RawHttp.status(answer)).isEqualTo(status);
        assertThat(answer).contains("application/problem+json").contains("\"code\":\"" + code + "\"");
    }

    private Answer send(String header, String value) {
        BrokerClient nobody = BrokerClient.at(server);
        return nobody.send(nobody.request(APPS).header(header, value).GET());
    }
}
