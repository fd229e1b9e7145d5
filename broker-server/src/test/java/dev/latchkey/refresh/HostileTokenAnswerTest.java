package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.FaultyServer;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a partner's token endpoint may answer to a renewal without harm: the connection goes on with what it has. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class HostileTokenAnswerTest implements SweepHeldBack {

    @Inject
    DataSource database;

    static Stream<Arguments> answers() {
        FaultOrder refresh = FaultOrder.anywhere().endpoint("refresh");
        return Stream.of(
                Arguments.of("100 MB", refresh.huge(100_000_000)),
                Arguments.of("without end", refresh.endless(Duration.ofSeconds(30))),
                Arguments.of("a gzip bomb", refresh.gzipBomb(50_000_000)),
                Arguments.of("1,000 deep", refresh.deepJson(1000)),
                Arguments.of("duplicate keys", refresh.rawSample("duplicate_keys")),
                Arguments.of("invalid UTF-8", refresh.rawSample("invalid_utf8")),
                Arguments.of("NUL", refresh.rawSample("nul")),
                Arguments.of("truncated", refresh.rawSample("truncated")),
                Arguments.of(
                        "text/html 200",
                        refresh.status(200, Map.of("Content-Type", "text/html"), "<html>invalid_grant</html>")),
                Arguments.of(
                        "an error with 200",
                        refresh.status(
                                200, Map.of("Content-Type", "application/json"), "{\"error\":\"invalid_grant\"}")),
                Arguments.of(
                        "invalid_grant in HTML",
                        refresh.status(400, Map.of("Content-Type", "text/html"), "<p>error=invalid_grant</p>")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    @DisplayName("R63 a hostile answer to a renewal is partner_bad_response, and the connection goes on")
    void hostile(String name, FaultOrder order) {
        Story story = shortLived();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.control().fault(order.user("user-" + story.mark()));

        Answer answer = story.token(app, connection);

        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(502);
        assertThat(answer.code()).isEqualTo("partner_bad_response");
        goesOn(story, app, connection);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    @DisplayName("R64 a redirect of the token endpoint is not followed, and no credential goes to the other host")
    void redirected(int status) throws IOException {
        try (FaultyServer other = FaultyServer.start(FaultyServer.answering(FaultyServer.response(200, "", "{}")))) {
            Story story = shortLived();
            Story.App app = story.app("shop");
            String connection = story.active(app, "read");
            story.control()
                    .fault(FaultOrder.at(story.sandboxName())
                            .endpoint("refresh")
                            .redirect(status, other.uri("/token").toString()));

            Answer answer = story.token(app, connection);

            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.code()).isEqualTo("partner_bad_response");
            assertThat(other.connections()).isZero();
            goesOn(story, app, connection);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 307})
    @DisplayName("R64 a redirect of the revocation endpoint is not followed")
    void redirectedRevocation(int status) throws IOException {
        try (FaultyServer other = FaultyServer.start(FaultyServer.answering(FaultyServer.response(200, "", "")))) {
            Story story = new Story().partner(Map.of());
            Story.App app = story.app("shop");
            String connection = story.active(app, "read");
            story.control()
                    .fault(FaultOrder.at(story.sandboxName())
                            .endpoint("revoke")
                            .redirect(status, other.uri("/revoke").toString()));

            Answer answer = story.approver().post("/connections/" + connection + "/revoke");

            assertThat(answer.status()).isLessThan(300);
            assertThat(other.connections()).isZero();
            assertThat(story.status(connection)).isEqualTo("revoked");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bearer, 200, ''",
        "BEARER, 200, ''",
        "mac, 502, unsupported_token_type",
        "DPoP, 502, unsupported_token_type"
    })
    @DisplayName("R67 token_type is case-insensitive, and an unknown one is refused")
    void tokenType(String type, int status, String code) {
        Story story = shortLived();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.control()
                .fault(FaultOrder.at(story.sandboxName()).endpoint("refresh").answerWith(Map.of("token_type", type)));

        Answer answer = story.token(app, connection);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.raw().body()).doesNotContain("mac").doesNotContain("DPoP");
        assertThat(story.status(connection)).isEqualTo("active");
    }

    /** Neither the pause after a failure nor the end of the old access token is waited for. */
    private void goesOn(Story story, Story.App app, String connection) {
        assertThat(story.status(connection)).isEqualTo("active");
        new BrokerTables(database)
                .change(
                        "update connection set retry_at = null, token_expires_at = now() where id = ?",
                        UUID.fromString(connection));
        story.token(app, connection).expect(200);
        assertThat(story.refreshes()).isEqualTo(1);
    }

    private static Story shortLived() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20));
        return story;
    }
}
