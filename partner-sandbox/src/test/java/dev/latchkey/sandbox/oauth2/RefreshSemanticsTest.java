package dev.latchkey.sandbox.oauth2;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.sandbox.testkit.Answer;
import dev.latchkey.sandbox.testkit.GenericFlow;
import dev.latchkey.sandbox.testkit.Rig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RefreshSemanticsTest {

    private final Rig rig = new Rig();
    private final GenericFlow flow = new GenericFlow(rig);

    @AfterEach
    void stop() {
        rig.close();
    }

    private JsonNode counters(String user) {
        String family = rig.control().familyOf(GenericFlow.PARTNER, user).orElseThrow();
        return rig.control().counters().path("families").path(family);
    }

    @Test
    void keepsTheTokenWithoutRotation() {
        flow.settings(Map.of("rotation", "none"));
        String token = flow.connect("alice").field("refresh_token");
        assertThat(flow.refresh(token).field("refresh_token")).isEqualTo(token);
        assertThat(flow.refresh(token).field("refresh_token")).isEqualTo(token);
        assertThat(counters("alice").path("refreshes").asInt()).isEqualTo(2);
    }

    @Test
    void forgivesAReplayWithinTheGraceOnly() {
        flow.settings(Map.of("rotation", "grace", "grace_seconds", 30));
        String first = flow.connect("alice").field("refresh_token");
        String second = flow.refresh(first).field("refresh_token");
        assertThat(second).isNotEqualTo(first);

        rig.clock().advance(Duration.ofSeconds(29));
        assertThat(flow.refresh(first).field("refresh_token")).isEqualTo(second);

        rig.clock().advance(Duration.ofSeconds(1));
        assertThat(flow.refresh(first).field("error")).isEqualTo("invalid_grant");
        assertThat(flow.refresh(second).field("error")).isEqualTo("invalid_grant");
        assertThat(counters("alice").path("reuse_detections").asInt()).isEqualTo(1);
    }

    @Test
    void killsOnlyTheFamilyThatWasReplayed() {
        String alice = flow.connect("alice").field("refresh_token");
        Answer bob = flow.connect("bob");
        Answer renewed = flow.refresh(alice);

        assertThat(flow.refresh(alice).field("error_description")).isEqualTo("refresh token reuse");

        assertThat(flow.call(renewed.field("access_token")).status()).isEqualTo(401);
        assertThat(flow.refresh(renewed.field("refresh_token")).field("error_description"))
                .isEqualTo("family is dead: refresh token reuse");
        assertThat(flow.call(bob.field("access_token")).status()).isEqualTo(200);
        assertThat(flow.refresh(bob.field("refresh_token")).status()).isEqualTo(200);
        assertThat(counters("alice")
                        .path("rejections")
                        .path("refresh token reuse")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void endsTheOldAccessTokenOnlyIfToldTo() {
        Answer kept = flow.connect("alice");
        Answer after = flow.refresh(kept.field("refresh_token"));
        assertThat(flow.call(kept.field("access_token")).status()).isEqualTo(200);

        flow.settings(Map.of("old_access_token_dies", true));
        assertThat(flow.refresh(after.field("refresh_token")).status()).isEqualTo(200);
        assertThat(flow.call(kept.field("access_token")).status()).isEqualTo(401);
        assertThat(flow.call(after.field("access_token")).status()).isEqualTo(401);
    }

    @Test
    void honoursTheLifeOfAccessTokens() {
        flow.settings(Map.of("access_token_seconds", 5));
        Answer answer = flow.connect("alice");
        assertThat(answer.json().path("expires_in").asInt()).isEqualTo(5);
        rig.clock().advance(Duration.ofSeconds(5));
        assertThat(flow.call(answer.field("access_token")).status()).isEqualTo(401);
        assertThat(flow.refresh(answer.field("refresh_token")).status()).isEqualTo(200);
    }

    @Test
    void refusesTheTokenOfAnotherClientWithoutHarm() {
        rig.control().registerClient(GenericFlow.PARTNER, "thief", "pw", Rig.CALLBACK);
        String token = flow.connect("alice").field("refresh_token");
        assertThat(rig.post(
                                GenericFlow.TOKEN,
                                "grant_type=refresh_token&client_id=thief&client_secret=pw&refresh_token=" + token)
                        .field("error"))
                .isEqualTo("invalid_grant");
        assertThat(flow.refresh(token).status()).isEqualTo(200);
    }

    @Test
    void refusesAnotherScopeThanTheGrants() {
        String token = flow.connect("alice").field("refresh_token");
        assertThat(flow.refresh(token + "&scope=more").field("error")).isEqualTo("invalid_scope");
        assertThat(flow.refresh(token).status()).isEqualTo(200);
    }

    @Test
    void hasExactlyOneWinnerAmongFiftyStrictRefreshes() throws Exception {
        for (int round = 0; round < 5; round++) {
            String user = "user" + round;
            String token = flow.connect(user).field("refresh_token");

            List<Answer> answers = together(50, () -> flow.refresh(token));

            assertThat(answers.stream().filter(a -> a.status() == 200)).hasSize(1);
            assertThat(answers.stream().filter(a -> a.field("error").equals("invalid_grant")))
                    .hasSize(49);
            JsonNode counters = counters(user);
            assertThat(counters.path("refreshes").asInt()).isEqualTo(1);
            assertThat(counters.path("reuse_detections").asInt()).isEqualTo(1);
            assertThat(counters.path("requests").path("refresh").asInt()).isEqualTo(50);
        }
    }

    @Test
    void countsEveryRefreshOfFiftyWithoutRotation() throws Exception {
        flow.settings(Map.of("rotation", "none"));
        String token = flow.connect("alice").field("refresh_token");
        assertThat(together(50, () -> flow.refresh(token))).allMatch(a -> a.status() == 200);
        assertThat(counters("alice").path("refreshes").asInt()).isEqualTo(50);
    }

    @Test
    void givesACodeToOneOfFifty() throws Exception {
        String code = Rig.parameter(flow.consent("alice"), "code");
        List<Answer> answers = together(50, () -> flow.exchange(code));
        List<Answer> winners = answers.stream().filter(a -> a.status() == 200).toList();
        assertThat(winners).hasSize(1);
        assertThat(flow.call(winners.getFirst().field("access_token")).status())
                .as("reuse ends the winner's tokens")
                .isEqualTo(401);
    }

    private static List<Answer> together(int callers, Callable<Answer> call) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
            List<Future<Answer>> running = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                running.add(threads.submit(() -> {
                    start.await();
                    return call.call();
                }));
            }
            start.countDown();
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> one : running) {
                answers.add(one.get());
            }
            return answers;
        }
    }
}
