package dev.latchkey.event;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/** The events that were given up, in table {@code event_delivery}. Thread-safe. */
@ApplicationScoped
class DeadEvents {

    private static final String LIST = """
            select seq, id, app, connection, type, partner, attempts, last_failure, created_at
            from event_delivery
            where status = 'dead' and seq < ? and (? = '' or app = ?)
            order by seq desc limit ?
            """;

    /** The number of attempts is the fence of claims; nobody holds a claim on what is dead. */
    private static final String REPLAY = """
            update event_delivery set status = 'pending', replayed_at = now(), due_at = now(), attempts = 0,
                claimed_until = null
            where id = ? and status = 'dead'
            returning app, partner, type, connection
            """;

    private static final String DISCARD = """
            delete from event_delivery where id = ? and status = 'dead'
            returning app, partner, type, connection
            """;

    private final DataSource database;

    DeadEvents(DataSource database) {
        this.database = database;
    }

    /** One of them, without what it tells: the payload may be about people whom an operator has no business with. */
    record DeadEvent(
            long seq,
            UUID id,
            String app,
            Optional<UUID> connection,
            String type,
            String partner,
            int attempts,
            Optional<String> lastFailure,
            Instant createdAt) {}

    /** What an event was about that was replayed or discarded. */
    record Subject(String app, String partner, String type, Optional<UUID> connection) {}

    /** At most {@code limit} of them, newest first, of one app or of all. */
    List<DeadEvent> page(Optional<String> app, long before, int limit) {
        try (Connection sql = database.getConnection();
                PreparedStatement select = sql.prepareStatement(LIST)) {
            select.setLong(1, before);
            select.setString(2, app.orElse(""));
            select.setString(3, app.orElse(""));
            select.setInt(4, limit);
            try (ResultSet rows = select.executeQuery()) {
                List<DeadEvent> found = new ArrayList<>();
                while (rows.next()) {
                    found.add(event(rows));
                }
                return found;
            }
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    /** Has it tried for another 24 hours; empty if it is not dead. Part of the caller's transaction. */
    Optional<Subject> replay(UUID id) {
        return change(REPLAY, id);
    }

    /** Forgets it; empty if it is not dead. Part of the caller's transaction. */
    Optional<Subject> discard(UUID id) {
        return change(DISCARD, id);
    }

    private Optional<Subject> change(String statement, UUID id) {
        try (Connection sql = database.getConnection();
                PreparedStatement change = sql.prepareStatement(statement)) {
            change.setObject(1, id);
            try (ResultSet row = change.executeQuery()) {
                return row.next()
                        ? Optional.of(new Subject(
                                row.getString(1),
                                row.getString(2),
                                row.getString(3),
                                Optional.ofNullable(row.getObject(4, UUID.class))))
                        : Optional.empty();
            }
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    private static DeadEvent event(ResultSet row) throws SQLException {
        return new DeadEvent(
                row.getLong("seq"),
                row.getObject("id", UUID.class),
                row.getString("app"),
                Optional.ofNullable(row.getObject("connection", UUID.class)),
                row.getString("type"),
                row.getString("partner"),
                row.getInt("attempts"),
                Optional.ofNullable(row.getString("last_failure")),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }

    private static BrokerException unavailable(SQLException cause) {
        return new BrokerException(ProblemType.STORE_UNAVAILABLE, "The events cannot be read or changed now.", cause);
    }
}
