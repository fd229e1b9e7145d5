package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Our client gets a new secret while its tokens are renewed all the time: each call of an app is a renewal here. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class ClientSecretChangeTest {

    private static final int CONNECTIONS = 8;
    private static final int ROUNDS = 12;

    @Test
    @DisplayName("R29 a partner that changes over to the new client secret in the middle of the load fails no renewal")
    void changedOverUnderLoad() {
        Story story = renewedByEachCall();
        Story.App app = story.app("shop");
        List<String> connections = IntStream.range(0, CONNECTIONS)
                .mapToObj(i -> story.active(app, "read"))
                .toList();
        String redirect = redirectUri(story);
        long before = story.control().count(story.sandboxName(), "refresh");
        change(story, "another-secret");
        AtomicInteger next = new AtomicInteger();
        AtomicInteger calls = new AtomicInteger();

        List<List<Answer>> answers = AtOnce.run(CONNECTIONS, () -> {
            String mine = connections.get(next.getAndIncrement());
            return IntStream.range(0, ROUNDS)
                    .mapToObj(round -> {
                        if (calls.incrementAndGet() == CONNECTIONS * ROUNDS / 2) {
                            story.control()
                                    .registerClient(story.sandboxName(), story.clientId(), "another-secret", redirect);
                        }
                        return story.token(app, mine);
                    })
                    .toList();
        });

        assertThat(answers.stream().flatMap(List::stream).map(Answer::status)).containsOnly(200);
        assertThat(connections).allSatisfy(id -> assertThat(story.status(id)).isEqualTo("active"));
        assertThat(story.admin().get("/partners/" + story.partner()).raw().body())
                .doesNotContain("\"misconfigured\":true");
        // What the partner took last comes first: the other one is tried around the two changes only.
        long refused = story.control().count(story.sandboxName(), "refresh") - before - (long) CONNECTIONS * ROUNDS;
        assertThat(refused).isBetween(2L, 4L * CONNECTIONS);
    }

    @Test
    @DisplayName("R29 the present secret is tried first, and nothing after the first success")
    void inOrder() {
        Story story = renewedByEachCall();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String redirect = redirectUri(story);
        change(story, "another-secret");
        story.control().registerClient(story.sandboxName(), story.clientId(), "another-secret", redirect);
        long before = story.control().count(story.sandboxName(), "refresh");

        story.token(app, connection).expect(200);

        assertThat(story.control().count(story.sandboxName(), "refresh") - before)
                .isEqualTo(1);
    }

    @Test
    @DisplayName("R29 R59 a partner that takes neither secret is asked twice, and nothing happens to the connection")
    void neither() {
        Story story = renewedByEachCall();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String redirect = redirectUri(story);
        change(story, "another-secret");
        story.control().registerClient(story.sandboxName(), story.clientId(), "a-third-one", redirect);
        long before = story.control().count(story.sandboxName(), "refresh");

        assertThat(story.token(app, connection).code()).isEqualTo("partner_misconfigured");

        assertThat(story.control().count(story.sandboxName(), "refresh") - before)
                .isEqualTo(2);
        assertThat(story.status(connection)).isEqualTo("active");
    }

    @Test
    @DisplayName("R29 the end of a connection is told to a partner that has not changed over yet")
    void revoked() {
        Story story = renewedByEachCall();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        change(story, "another-secret");

        story.approver().post("/connections/" + connection + "/revoke").expect(200);

        assertThat(story.control().families()).anySatisfy(family -> {
            assertThat(family.path("family").asText()).isEqualTo(story.family());
            assertThat(family.path("alive").asBoolean()).isFalse();
        });
    }

    /** Tokens live so short that each is handed out once. */
    private static Story renewedByEachCall() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20));
        return story;
    }

    private static String redirectUri(Story story) {
        return story.admin().get("/partners/" + story.partner()).expect(200).text("redirect_uri");
    }

    private static void change(Story story, String secret) {
        story.admin()
                .put(
                        "/partners/" + story.partner(),
                        Map.of(
                                "catalog",
                                "oauth2",
                                "credentials",
                                Map.of("client_secret", secret),
                                "settings",
                                Map.of(
                                        "endpoints",
                                        Map.of(
                                                "authorization_endpoint", story.at("authorize"),
                                                "token_endpoint", story.at("token"),
                                                "revocation_endpoint", story.at("revoke"),
                                                "api_base", story.at("api")))))
                .expect(200);
    }
}
