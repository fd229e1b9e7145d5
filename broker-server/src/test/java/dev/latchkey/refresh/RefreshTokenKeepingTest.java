package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which refresh token is kept, and where. The partner's tokens live so shortly that each hand-out renews. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class RefreshTokenKeepingTest {

    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");
    private static final String LONG = "a".repeat(40 * 1024);

    @Inject
    DataSource database;

    @ParameterizedTest
    @ValueSource(strings = {"omitted", "null", "empty", "same"})
    @DisplayName("R12 an answer without a new refresh token keeps the old one, and the next renewal works")
    void keepsTheOldOne(String mode) {
        Story story = shortLived();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.control()
                .fault(FaultOrder.at(story.sandboxName()).endpoint("refresh").refreshToken(mode));

        story.token(app, connection).expect(200);
        story.token(app, connection).expect(200);
        story.token(app, connection).expect(200);

        List<String> sent = sent(story);
        assertThat(sent).hasSize(3);
        assertThat(sent.get(1)).isEqualTo(sent.get(0));
        assertThat(sent.get(2)).isNotEqualTo(sent.get(1));
        assertThat(story.refreshes()).isEqualTo(3);
        assertThat(story.status(connection)).isEqualTo("active");
    }

    @Test
    @DisplayName("R44 tokens of 40 KB are stored, handed out and sent for the next renewal")
    void keepsLongOnes() {
        Story story = shortLived();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        FaultOrder refresh = FaultOrder.at(story.sandboxName()).endpoint("refresh");

        story.control().fault(refresh.answerWith(Map.of("access_token", LONG)));
        assertThat(story.token(app, connection).expect(200).text("access_token"))
                .isEqualTo(LONG);
        story.control().fault(refresh.answerWith(Map.of("refresh_token", LONG)));
        story.token(app, connection).expect(200);
        story.control().fault(refresh.status(200, JSON, "{\"access_token\":\"next\",\"token_type\":\"Bearer\"}"));
        story.token(app, connection).expect(200);

        assertThat(sent(story)).hasSize(3).last().isEqualTo(LONG);
    }

    static Stream<Object> unusable() {
        return Stream.of(7, List.of("rt"), "\u00e9", "a".repeat(64 * 1024 + 1));
    }

    @ParameterizedTest
    @MethodSource("unusable")
    @DisplayName("R12 an unusable refresh token is a lost answer: the spent one is not kept as if it were good")
    void keepsNoSpentOne(Object refreshToken) {
        Story story = shortLived();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("refresh")
                        .answerWith(Map.of("refresh_token", refreshToken)));

        Answer answer = story.token(app, connection);
        story.token(app, connection);

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.code()).isEqualTo("partner_bad_response");
        assertThat(sent(story)).hasSize(1);
        assertThat(story.approver()
                        .get("/connections/" + connection)
                        .expect(200)
                        .text("reason"))
                .isEqualTo("refresh_ambiguous");
    }

    @Test
    @DisplayName("R13 after three rotations one path of the vault holds the credential, and no table shows a token")
    void keepsOneCopy() {
        Story story = shortLived();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");

        List<String> handedOut = List.of(
                story.token(app, connection).expect(200).text("access_token"),
                story.token(app, connection).expect(200).text("access_token"),
                story.token(app, connection).expect(200).text("access_token"));

        BrokerTables tables = new BrokerTables(database);
        List<String> sent = sent(story);
        assertThat(sent).doesNotHaveDuplicates().hasSize(3);
        assertThat(story.refreshes()).isEqualTo(3);
        assertThat(tables.vaultPathsOf(connection))
                .isSubsetOf(paths(connection))
                .hasSize(1);
        assertThat(tables.tablesHolding(connection)).contains("connection", "local_vault");
        assertThat(sent)
                .allSatisfy(token -> assertThat(tables.tablesHolding(token)).isEmpty());
        assertThat(handedOut)
                .allSatisfy(token -> assertThat(tables.tablesHolding(token)).isEmpty());
    }

    private static List<String> paths(String connection) {
        return List.of("connections/" + connection + " 1", "connections/" + connection + " 2");
    }

    private static List<String> sent(Story story) {
        return story.control().requests(story.sandboxName(), "refresh").stream()
                .map(request -> request.formValue("refresh_token").orElseThrow())
                .toList();
    }

    private static Story shortLived() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20, "rotation", "strict"));
        return story;
    }
}
