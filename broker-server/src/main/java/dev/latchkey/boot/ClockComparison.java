package dev.latchkey.boot;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/** Asks the database for its time, at the start and again and again. Thread-safe. */
@ApplicationScoped
final class ClockComparison {

    private static final Logger LOG = Logger.getLogger(ClockComparison.class);
    private static final Duration PAUSE = Duration.ofSeconds(10);
    /** What took longer says too little about when it was said. */
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(1);

    private static final Duration WORTH_TELLING = Duration.ofSeconds(2);

    private final DataSource database;
    private final DatabaseClock clock;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("clock-comparison").daemon().factory());

    ClockComparison(DataSource database, DatabaseClock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Before anything that looks at the clock: whoever else observes the start at this priority or before must not. */
    void start(@Observes @Priority(2) StartupEvent event) {
        compare();
        thread.scheduleWithFixedDelay(this::compare, PAUSE.toSeconds(), PAUSE.toSeconds(), TimeUnit.SECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        thread.shutdownNow();
    }

    private void compare() {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            long asked = clock.nanos();
            try (ResultSet told = statement.executeQuery("select clock_timestamp()")) {
                told.next();
                take(told.getObject(1, OffsetDateTime.class), asked, clock.nanos());
            }
        } catch (SQLException e) {
            LOG.debug("the database cannot be asked for its time; it goes on from what it said last", e);
        }
    }

    private void take(OffsetDateTime told, long asked, long heard) {
        if (Duration.ofNanos(heard - asked).compareTo(LONGEST_ANSWER) > 0) {
            return;
        }
        Duration behind = clock.set(told.toInstant(), asked, heard);
        if (behind.abs().compareTo(WORTH_TELLING) > 0) {
            LOG.warnf("the clock was %d s behind the database's, and follows that", behind.toSeconds());
        }
    }
}
