package dev.latchkey.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {

    private final Backoff backoff = new Backoff(new SecureRandom());

    @ParameterizedTest
    @CsvSource({"1, 1, 2", "2, 2, 4", "5, 16, 32", "11, 1024, 2048", "12, 1800, 3600", "1000, 1800, 3600"})
    void doublesUpToAnHour(int attempt, long least, long most) {
        for (int i = 0; i < 100; i++) {
            assertThat(backoff.after(attempt)).isBetween(Duration.ofSeconds(least), Duration.ofSeconds(most));
        }
    }

    @Test
    void scatters() {
        assertThat(backoff.after(12)).isNotEqualTo(backoff.after(12));
    }
}
