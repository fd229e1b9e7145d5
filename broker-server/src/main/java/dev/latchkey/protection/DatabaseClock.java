package dev.latchkey.protection;

import io.github.bucket4j.TimeMeter;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * The database's time, which all processes agree on: their own clocks may be minutes apart (R8). Asked for twice a minute,
 * and carried on by the machine's steady counter in between. Thread-safe.
 */
final class DatabaseClock implements TimeMeter {

    private static final Duration GOOD_FOR = Duration.ofSeconds(30);

    /** What the database said, and the counter when it did. */
    private record Reading(long databaseNanos, long counter) {}

    private final DataSource database;
    private volatile Reading last = new Reading(0, System.nanoTime() - GOOD_FOR.toNanos());

    DatabaseClock(DataSource database) {
        this.database = database;
    }

    @Override
    public long currentTimeNanos() {
        Reading known = last;
        if (System.nanoTime() - known.counter() >= GOOD_FOR.toNanos()) {
            known = read();
            last = known;
        }
        return known.databaseNanos() + (System.nanoTime() - known.counter());
    }

    @Override
    public boolean isWallClockBased() {
        return true;
    }

    private Reading read() {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)")) {
            long counter = System.nanoTime();
            row.next();
            return new Reading(row.getLong(1) * 1000, counter);
        } catch (SQLException e) {
            throw new IllegalStateException("the database's time cannot be read", e);
        }
    }
}
