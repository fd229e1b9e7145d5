package dev.latchkey.problem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.BrokerClient;
import dev.latchkey.testkit.BrokerClient.Answer;
import dev.latchkey.testkit.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class ProblemMapperTest {

    private static final String FAILURES = "/test-only/failures/";

    @TestHTTPResource("/")
    URI server;

    @ParameterizedTest
    @CsvSource({
        "runtime, 500, internal",
        "error, 500, internal",
        "checked, 500, internal",
        "io, 500, internal",
        "constraint, 500, internal",
        "gateway, 500, internal",
        "wrapped, 409, conflict",
        "problem, 409, conflict",
        "limited, 429, rate_limited",
        "sql, 503, store_unavailable",
        "pool, 503, store_unavailable",
        "exhausted, 503, store_unavailable",
        "web, 400, invalid_request",
        "anything-else, 404, not_found"
    })
    @DisplayName("R150 tells nothing of an exception's own words")
    void tellsNothingOfTheException(String kind, int status, String code) {
        Answer answer = BrokerClient.at(server).get(FAILURES + kind);

        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().path("status").intValue()).isEqualTo(status);
        assertThat(answer.text("type")).isEqualTo("https://latchkey.dev/problems/" + code);
        assertThat(answer.text("instance")).isEqualTo("urn:uuid:" + answer.header("X-Request-Id"));
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.body() + answer.response().headers().map())
                .doesNotContain(FailingResource.MARK)
                .doesNotContain("Exception")
                .doesNotContain("dev.latchkey.problem");
    }

    @Test
    void saysWhenToTryAgain() {
        Answer limited = BrokerClient.at(server).get(FAILURES + "limited");

        assertThat(limited.header("Retry-After"))
                .as("rounded up to whole seconds")
                .isEqualTo("3");
        assertThat(limited.json().path("limit").intValue()).isEqualTo(7);
        assertThat(BrokerClient.at(server).get(FAILURES + "sql").header("Retry-After"))
                .isEqualTo("1");
        assertThat(BrokerClient.at(server).get(FAILURES + "runtime").header("Retry-After"))
                .isEmpty();
    }

    @Test
    void saysWhichRequestIsMalformed() {
        BrokerClient nobody = BrokerClient.at(server);

        assertThat(nobody.get(FAILURES + "converted/not-a-uuid").code()).isEqualTo("invalid_request");
        assertThat(nobody.get(FAILURES + "converted/00000000-0000-0000-0000-000000000000?size=x")
                        .code())
                .isEqualTo("invalid_request");
        assertThat(nobody.delete(FAILURES + "runtime").code()).isEqualTo("method_not_allowed");
        assertThat(nobody.send(nobody.request(FAILURES + "runtime")
                                .header("Accept", "image/png")
                                .GET())
                        .code())
                .isEqualTo("not_acceptable");
    }

    @Test
    @DisplayName("R137 denies what is not annotated")
    void deniesWhatIsNotAnnotated() {
        assertThat(BrokerClient.at(server).post(FAILURES + "unannotated", "{}").status())
                .isEqualTo(401);
        assertThat(BrokerClient.at(server)
                        .asAdmin()
                        .post(FAILURES + "unannotated", "{}")
                        .code())
                .isEqualTo("forbidden");
    }
}
