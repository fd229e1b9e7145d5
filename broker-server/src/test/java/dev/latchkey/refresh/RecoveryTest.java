package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.catalog.entry.RefreshSemantics;
import dev.latchkey.catalog.entry.RefreshSemantics.Rotation;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.refresh.Recovery.Finding;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of docs/refresh-protocol, cell by cell. */
class RecoveryTest {

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final Credential SENT = tokens("at-1", "rt-1");

    @ParameterizedTest(name = "{0}, sent {1} times, {2} s ago, access token lives: {3} -> {4}")
    @DisplayName("R19 what an open intent means depends on what the partner does with a spent token")
    @CsvSource({
        "NONE,   1, 5,    true,  SEND_AGAIN",
        "NONE,   3, 9999, true,  SEND_AGAIN",
        "GRACE,  1, 26,   true,  SEND_AGAIN",
        "GRACE,  1, 27,   true,  WAIT",
        "GRACE,  2, 5,    true,  WAIT",
        "GRACE,  2, 5,    false, SEND_AGAIN",
        "STRICT, 1, 0,    true,  WAIT",
        "STRICT, 1, 0,    false, SEND_AGAIN",
        "STRICT, 4, 9999, false, SEND_AGAIN",
    })
    void open(Rotation rotation, int sends, int age, boolean lives, Finding expected) {
        assertThat(Recovery.judge(intent(SENT, sends, age), SENT, semantics(rotation), lives))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"at-2, rt-2", "at-2, rt-1", "at-1, rt-2"})
    @DisplayName("R20 a vault that holds something else than what was sent holds the answer")
    void stored(String accessToken, String refreshToken) {
        for (Rotation rotation : Rotation.values()) {
            assertThat(Recovery.judge(intent(SENT, 1, 5), tokens(accessToken, refreshToken), semantics(rotation), true))
                    .isEqualTo(Finding.STORED);
        }
    }

    @Test
    @DisplayName("R18 without an open intent nothing was sent")
    void nothingOpen() {
        assertThat(Recovery.judge(Optional.empty(), SENT, semantics(Rotation.STRICT), true))
                .isEqualTo(Finding.NOTHING_OPEN);
    }

    @ParameterizedTest(name = "{0}, sent {1} times, {2} s ago -> {3}")
    @DisplayName("R19 only within a grace is it worth hurrying")
    @CsvSource({
        "GRACE,  1, 26, 1",
        "GRACE,  1, 10, 17",
        "GRACE,  1, 27,",
        "GRACE,  2, 5,",
        "NONE,   1, 5,",
        "STRICT, 1, 5,",
    })
    void withinGrace(Rotation rotation, int sends, int age, @Nullable Integer seconds) {
        assertThat(Recovery.graceLeft(intent(SENT, sends, age), SENT, semantics(rotation)))
                .isEqualTo(Optional.ofNullable(seconds).map(Duration::ofSeconds));
        assertThat(Recovery.graceLeft(Optional.empty(), SENT, semantics(rotation)))
                .isEmpty();
    }

    @ParameterizedTest(name = "{0}, grace {1} s, access token lives: {2} -> {3} ms")
    @DisplayName("R19 a replay is announced only if it arrives within the grace")
    @CsvSource({
        "GRACE,  30, true,  27000",
        "GRACE,  10, true,  7500",
        "GRACE,  30, false,",
        "NONE,   30, true,",
        "STRICT, 30, true,",
    })
    void replayedWithin(Rotation rotation, int grace, boolean lives, @Nullable Integer millis) {
        RefreshSemantics semantics = semantics(rotation, Duration.ofSeconds(grace));
        assertThat(Recovery.replayedWithin(intent(SENT, 1, 5), SENT, semantics, lives))
                .isEqualTo(Optional.ofNullable(millis).map(Duration::ofMillis));
        assertThat(Recovery.replayedWithin(Optional.empty(), SENT, semantics, lives))
                .isEmpty();
    }

    @Test
    @DisplayName("where there is no refresh token nothing can be spent")
    void nothingToSpend() {
        Credential own =
                new Credential.OAuth2(Secret.of("at-1"), Optional.empty(), NOW, NOW.plusSeconds(60), Scopes.none());
        assertThat(Recovery.judge(intent(own, 1, 5), own, semantics(Rotation.STRICT), true))
                .isEqualTo(Finding.SEND_AGAIN);
    }

    private static Optional<IntentRows.Intent> intent(Credential sent, int sends, int age) {
        return Optional.of(new IntentRows.Intent(Spent.sha256(sent), Duration.ofSeconds(age), sends));
    }

    private static Credential tokens(String accessToken, String refreshToken) {
        return new Credential.OAuth2(
                Secret.of(accessToken), Optional.of(Secret.of(refreshToken)), NOW, NOW.plusSeconds(60), Scopes.none());
    }

    private static RefreshSemantics semantics(Rotation rotation) {
        return semantics(rotation, Duration.ofSeconds(30));
    }

    private static RefreshSemantics semantics(Rotation rotation, Duration grace) {
        return new RefreshSemantics(rotation, grace, false, Duration.ofHours(1), Duration.ofHours(24));
    }
}
