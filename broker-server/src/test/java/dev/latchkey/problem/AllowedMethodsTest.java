package dev.latchkey.problem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.RawHttp;
import dev.latchkey.testkit.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class AllowedMethodsTest {

    private static final String ANY = "00000000-0000-0000-0000-000000000000";
    private static final List<String> METHODS =
            List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "FOO");
    private static final Pattern ALLOW = Pattern.compile("(?im)^allow:(.*)$");

    @TestHTTPResource("/")
    URI server;

    /** One for each form of a problem, and the ways in which a path finds its resource. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/v1/apps | GET, HEAD, OPTIONS, POST",
                "/api/v1/apps/some-app | DELETE, GET, HEAD, OPTIONS, PUT",
                "/api/v1/connections/" + ANY + " | GET, HEAD, OPTIONS",
                "/api/v1/connections/" + ANY + "/token | OPTIONS, POST",
                "/api/v1/connections/" + ANY + "/proxy/rest/v2 | DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
                "/oauth2/token | OPTIONS, POST",
                "/connect/some-ticket | GET, HEAD, OPTIONS",
                "/connection-url/some-registration | OPTIONS, POST",
                "/test-only/failures/unannotated | GET, HEAD, OPTIONS, POST"
            })
    void namesTheMethodsThatAreServedAndNoOther(String path, String allowed) {
        for (String method : METHODS) {
            String answer = ask(method, path);
            if (List.of(allowed.split(", ")).contains(method)) {
                assertThat(RawHttp.status(answer)).as(method).isNotEqualTo(405);
            } else if (RawHttp.status(answer) == 405) {
                assertThat(allow(answer)).as(method).hasValue(allowed);
            } else {
                // The framework looks no further where a path belongs to two classes.
                assertThat(RawHttp.status(answer)).as(method).isEqualTo(404);
            }
        }
        assertThat(allow(ask("TRACE", path))).hasValue(allowed);
    }

    @Test
    void namesThemOnA405Only() {
        assertThat(allow(ask("PATCH", "/api/v1/apps"))).hasValue("GET, HEAD, OPTIONS, POST");
        assertThat(allow(ask("GET", "/api/v1/apps"))).isEmpty();
        assertThat(allow(ask("GET", "/nowhere"))).isEmpty();
    }

    @Test
    void namesNoneWhereNoResourceIs() {
        String answer = ask("TRACE", "/nowhere");

        assertThat(RawHttp.status(answer)).isEqualTo(405);
        assertThat(allow(answer)).hasValue("");
    }

    private String ask(String method, String path) {
        return RawHttp.send(
                server,
                method + " " + path + " HTTP/1.1\r\nHost: " + server.getAuthority()
                        + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }

    private static Optional<String> allow(String answer) {
        return ALLOW.matcher(answer.substring(0, Math.max(0, answer.indexOf("\r\n\r\n"))))
                .results()
                .map(it -> it.group(1).strip())
                .findFirst();
    }
}
