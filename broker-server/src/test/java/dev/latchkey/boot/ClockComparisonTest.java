package dev.latchkey.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.latchkey.testkit.TestDatabase;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class ClockComparisonTest {

    private static final Instant WRONG = Instant.parse("2001-01-01T00:00:00Z");

    private final DataSource database = TestDatabase.dataSource(TestDatabase.direct());

    @Test
    @DisplayName("R51 the first look is over when the start goes on, and the database's time is the clock's")
    void takesTheTimeOfTheDatabase() throws SQLException {
        DatabaseClock clock = clock(Duration.ZERO);

        look(database, clock);

        assertThat(clock.instant()).isCloseTo(timeOfTheDatabase(), within(1, ChronoUnit.HOURS));
    }

    @Test
    @DisplayName("R51 an answer that took longer than a second says too little about when it was said")
    void takesNoSlowAnswer() {
        DatabaseClock clock = clock(Duration.ofMillis(1001));

        look(database, clock);

        assertThat(clock.instant()).isBefore(WRONG.plus(Duration.ofHours(1)));
    }

    @Test
    void takesAnAnswerWithinASecond() throws SQLException {
        DatabaseClock clock = clock(Duration.ofMillis(900));

        look(database, clock);

        assertThat(clock.instant()).isCloseTo(timeOfTheDatabase(), within(1, ChronoUnit.HOURS));
    }

    @Test
    void goesOnWithoutADatabase() {
        PGSimpleDataSource nowhere = new PGSimpleDataSource();
        nowhere.setUrl("jdbc:postgresql://127.0.0.1:1/nowhere");
        DatabaseClock clock = clock(Duration.ZERO);

        look(nowhere, clock);

        assertThat(clock.instant()).isBefore(WRONG.plus(Duration.ofHours(1)));
    }

    private static void look(DataSource database, DatabaseClock clock) {
        ClockComparison comparison = new ClockComparison(database, clock);
        comparison.start(new StartupEvent());
        comparison.stop(new ShutdownEvent());
    }

    /** A clock of another century, to which so much time passes between two readings. */
    private static DatabaseClock clock(Duration step) {
        AtomicLong nanos = new AtomicLong();
        return new DatabaseClock(Clock.fixed(WRONG, ZoneOffset.UTC), () -> nanos.addAndGet(step.toNanos()));
    }

    private Instant timeOfTheDatabase() throws SQLException {
        try (var connection = database.getConnection();
                Statement statement = connection.createStatement();
                var told = statement.executeQuery("select clock_timestamp()")) {
            told.next();
            return told.getObject(1, OffsetDateTime.class).toInstant();
        }
    }
}
