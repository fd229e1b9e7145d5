package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.refresh.RefreshRig.Cell;
import dev.latchkey.testkit.BrokerApi.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two broker processes on one database; the clock of one machine steps by an hour, both ways. */
class ClockJumpIT {

    /** A process whose every look at the clock reads a file is slow. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "R51 a clock that jumps an hour: no ended token is served, no renewal is caused, times are the database's")
    void jumps() throws Exception {
        Path clock = Files.writeString(folder.resolve("clock"), "+0");
        try (RefreshRig rig = new RefreshRig()) {
            Broker steady = rig.start(Map.of());
            Broker jumping = rig.start(Map.of(), faketime(clock));
            for (String jump : List.of("+1h", "-1h")) {
                Files.writeString(clock, "+0");
                Cell cell = rig.connect(jump.startsWith("+") ? "ahead" : "back", "strict", 600);
                String before = token(rig, jumping, cell).expect(200).text("access_token");

                try (Callers ofJumping = Callers.begin(3, () -> token(rig, jumping, cell));
                        Callers ofSteady = Callers.begin(3, () -> token(rig, steady, cell))) {
                    await().atMost(PATIENCE).until(() -> ofJumping.served() > 5 && ofSteady.served() > 5);
                    Files.writeString(clock, jump);
                    long served = ofJumping.served();
                    await().atMost(PATIENCE).until(() -> ofJumping.served() > served + 5);
                    assertThat(ofJumping.end()).allSatisfy(answer -> assertSame(answer, before));
                    assertThat(ofSteady.end()).allSatisfy(answer -> assertSame(answer, before));
                }
                assertThat(cell.requests()).isZero();
                assertThat(rig.standing(cell)).isEqualTo("active");
            }
            Cell brief = rig.connect("brief", "strict", 60);
            // the next token is not due again while callers look
            rig.control().settings(brief.sandboxName(), Map.of("rotation", "strict", "access_token_seconds", 3600));
            String first = token(rig, jumping, brief).expect(200).text("access_token");
            // a caller may be told to ask again
            await().atMost(Duration.ofSeconds(120))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> isAnother(token(rig, jumping, brief), first));
            assertThat(brief.requests()).isEqualTo(1);
            // what the jumping process has written down is right by the database's clock
            assertThat(rig.tables()
                            .texts(
                                    "select id::text from connection where id = ?"
                                            + " and token_expires_at between now() + interval '55 minutes'"
                                            + " and now() + interval '60 minutes'",
                                    UUID.fromString(brief.connection())))
                    .hasSize(1);
            // and it did jump
            jumping.process().stop();
            assertThat(jumping.process().lastLine()).isBefore(Instant.now().minus(Duration.ofMinutes(50)));
        }
    }

    private static void assertSame(Answer answer, String token) {
        assertThat(answer.expect(200).text("access_token")).isEqualTo(token);
        assertThat(answer.json().path("expires_in").asInt()).isBetween(300, 600);
    }

    private static boolean isAnother(Answer answer, String first) {
        return answer.status() == 200 && !answer.text("access_token").equals(first);
    }

    private static Answer token(RefreshRig rig, Broker broker, Cell cell) {
        return rig.app(broker).post("/connections/" + cell.connection() + "/token");
    }

    private static Map<String, String> faketime(Path clock) {
        String library = Stream.of(
                        "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
                        "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1")
                .filter(path -> Files.exists(Path.of(path)))
                .findFirst()
                .orElseThrow();
        return Map.of(
                "LD_PRELOAD",
                library,
                "FAKETIME_TIMESTAMP_FILE",
                clock.toString(),
                "FAKETIME_NO_CACHE",
                "1",
                // as on a machine whose clock is set: what measures lengths of time goes on
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1");
    }
}
