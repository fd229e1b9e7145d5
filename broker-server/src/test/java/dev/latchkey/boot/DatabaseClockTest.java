package dev.latchkey.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.MutableClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DatabaseClockTest {

    private static final Instant TOLD = Instant.parse("2030-01-01T01:00:00Z");

    private final MutableClock machine = MutableClock.standing();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final DatabaseClock clock = new DatabaseClock(machine, nanos::get);

    @Test
    @DisplayName("R51 begins with the machine's time, and no step of the machine's clock moves it")
    void ignoresSteps() {
        Instant began = machine.instant();

        machine.advance(Duration.ofHours(1));
        pass(Duration.ofSeconds(3));

        assertThat(clock.instant()).isEqualTo(began.plusSeconds(3));
    }

    @Test
    @DisplayName("R51 goes on from what the database told, half of the answer's way ago")
    void followsTheDatabase() {
        Clock elsewhere = clock.withZone(ZoneId.of("Asia/Tokyo"));
        long asked = clock.nanos();
        pass(Duration.ofMillis(200));

        Duration behind = clock.set(TOLD, asked, clock.nanos());

        assertThat(behind).isEqualTo(Duration.ofHours(1).minusMillis(100));
        assertThat(clock.instant()).isEqualTo(TOLD.plusMillis(100));
        pass(Duration.ofMinutes(5));
        assertThat(elsewhere.instant()).isEqualTo(TOLD.plusMillis(100).plus(Duration.ofMinutes(5)));
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
