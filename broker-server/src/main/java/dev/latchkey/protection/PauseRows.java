package dev.latchkey.protection;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Table {@code partner_pause}: how long a partner wants to be left alone, for all processes, by the database's clock. Each
 * method is one statement. Thread-safe.
 */
@ApplicationScoped
class PauseRows {

    private final DataSource database;

    PauseRows(DataSource database) {
        this.database = database;
    }

    /**
     * A pause.
     *
     * @param left how long it lasts yet
     * @param rateLimited whether the partner said that we ask too often; else it said that it cannot answer now
     */
    record Pause(Duration left, boolean rateLimited) {}

    /** The pause of a registration, if it has one now. */
    Optional<Pause> of(String registration) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement("""
                        select cast(ceil(extract(epoch from until - now()) * 1000) as bigint), rate_limited
                        from partner_pause where partner = ? and until > now()
                        """)) {
            statement.setString(1, registration);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(new Pause(Duration.ofMillis(row.getLong(1)), row.getBoolean(2)))
                        : Optional.empty();
            }
        } catch (SQLException e) {
            throw new IllegalStateException("pauses cannot be read", e);
        }
    }

    /** Begins a pause; a longer one that was asked for already stands. */
    void begin(String registration, Pause pause) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement("""
                        insert into partner_pause as known (partner, until, rate_limited)
                        values (?, now() + ? * interval '1 millisecond', ?)
                        on conflict (partner) do update set
                            until = greatest(known.until, excluded.until), rate_limited = excluded.rate_limited
                        """)) {
            statement.setString(1, registration);
            statement.setLong(2, pause.left().toMillis());
            statement.setBoolean(3, pause.rateLimited());
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("a pause cannot be written", e);
        }
    }

    /** Removes pauses that are over. */
    void clean() {
        try (Connection connection = database.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("delete from partner_pause where until < now()")) {
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("pauses cannot be removed", e);
        }
    }
}
