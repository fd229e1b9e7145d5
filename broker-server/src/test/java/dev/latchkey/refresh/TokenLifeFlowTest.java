package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a token lives, whatever the partner writes about it. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class TokenLifeFlowTest {

    @Inject
    DataSource database;

    @Inject
    Clock clock;

    @ParameterizedTest(name = "{0} is {1} s")
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "-1; 300",
                "\"3600\"; 3600",
                "3600.5; 3600",
                "1e18; 86400",
                "1000000000000000000; 86400",
                "1e999; 300",
                "\"NaN\"; 300",
                "NaN; 300",
                "\"Sun, 06 Nov 2094 08:49:37 GMT\"; 300",
                "null; 300",
                "true; 300",
                "[3600]; 300"
            })
    @DisplayName("R14 expires_in is total: what cannot be believed is the row's default, at most 24 h")
    void expiresIn(String raw, long seconds) {
        Story story = expired();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.control().fault(refresh(story).answerWithRaw("expires_in", raw));

        Answer answer = story.token(app, connection).expect(200);

        assertThat(answer.json().path("expires_in").asLong()).isBetween(seconds - 60, seconds);
        assertThat(answer.json().has("warnings")).isFalse();
        story.token(app, connection).expect(200);
        assertThat(story.refreshes()).isEqualTo(1);
    }

    @Test
    @DisplayName("R14 a missing expires_in is the row's default")
    void missing() {
        Story story = expired();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.control().fault(refresh(story).answerWithout("expires_in"));

        Answer answer = story.token(app, connection).expect(200);

        assertThat(answer.json().path("expires_in").asLong()).isBetween(240L, 300L);
    }

    @ParameterizedTest
    @CsvSource({"0", "5", "29"})
    @DisplayName("R14 a life under 30 s is handed out once, fresh, with a warning, and is not renewed ahead")
    void shortLived(int seconds) {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.control().fault(refresh(story).times(2).answerWith(Map.of("expires_in", seconds)));

        Answer first = story.token(app, connection).expect(200);
        Answer second = story.token(app, connection).expect(200);

        assertThat(List.of(first, second)).allSatisfy(answer -> {
            assertThat(answer.json().path("expires_in").asLong()).isBetween(0L, (long) seconds);
            assertThat(answer.json().path("warnings"))
                    .extracting(JsonNode::textValue)
                    .containsExactly("short_lived");
        });
        assertThat(second.text("access_token")).isNotEqualTo(first.text("access_token"));
        assertThat(story.refreshes()).isEqualTo(2);
        assertThat(new BrokerTables(database)
                        .texts(
                                "select id from connection where id = ? and refresh_due_at > now() + interval '10 minutes'",
                                UUID.fromString(connection)))
                .hasSize(1);
    }

    @Test
    @DisplayName("R16 min_ttl above a life under 30 s causes one renewal, and is then refused")
    void minTtlAboveAShortLife() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");

        Answer refused = app.api().post("/connections/" + connection + "/token", Map.of("min_ttl", 60));

        assertThat(refused.code()).isEqualTo("cannot_satisfy_min_ttl");
        assertThat(story.refreshes()).isEqualTo(1);
    }

    @Test
    @DisplayName("R14 many callers of a short-lived token all get one")
    void shortLivedForMany() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");

        List<Answer> answers = AtOnce.run(20, () -> story.token(app, connection));

        assertThat(answers).extracting(Answer::status).containsOnly(200);
        assertThat(story.refreshes()).isBetween(1L, 20L);
    }

    @Test
    @DisplayName("R16 a cached token with less than 30 s left is not served")
    void leastLife() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 36));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String cached = story.token(app, connection).expect(200).text("access_token");
        Instant tooOld = clock.instant().plusSeconds(7);
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 3600));

        await().atMost(Duration.ofSeconds(60)).until(() -> clock.instant().isAfter(tooOld));

        Answer fresh = story.token(app, connection).expect(200);
        assertThat(fresh.text("access_token")).isNotEqualTo(cached);
        assertThat(fresh.json().path("expires_in").asLong()).isGreaterThan(30);
        assertThat(story.refreshes()).isEqualTo(1);
    }

    @Test
    @DisplayName("a token that cannot be renewed lives to its end: no min_ttl ends the connection")
    void withoutRefreshToken() {
        Story story = new Story().partner(Map.of());
        story.control()
                .fault(FaultOrder.at(story.sandboxName()).endpoint("token").answerWithout("refresh_token"));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");

        Answer refused = app.api().post("/connections/" + connection + "/token", Map.of("min_ttl", 7200));

        assertThat(refused.code()).isEqualTo("cannot_satisfy_min_ttl");
        assertThat(story.status(connection)).isEqualTo("active");
        story.token(app, connection).expect(200);
    }

    @Test
    @DisplayName("a token that cannot be renewed and has ended needs the user again")
    void endedWithoutRefreshToken() {
        Story story = new Story().partner(Map.of());
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("token")
                        .kind("answer", Map.of("remove", List.of("refresh_token"), "set", Map.of("expires_in", 0))));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");

        assertThat(story.token(app, connection).code()).isEqualTo("needs_reauth");
        assertThat(story.status(connection)).isEqualTo("needs_reauth");
    }

    /** What the consent gave has less than 30 s left; what a renewal gives lives an hour. */
    private static Story expired() {
        Story story = new Story().partner(Map.of());
        story.control()
                .fault(FaultOrder.at(story.sandboxName()).endpoint("token").answerWith(Map.of("expires_in", 20)));
        return story;
    }

    private static FaultOrder refresh(Story story) {
        return FaultOrder.at(story.sandboxName()).endpoint("refresh");
    }
}
