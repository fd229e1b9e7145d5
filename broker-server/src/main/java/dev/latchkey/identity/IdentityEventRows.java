package dev.latchkey.identity;

import dev.latchkey.caller.issuer.Principal;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** Table {@code identity_event}, by the database's clock. Thread-safe. */
@ApplicationScoped
class IdentityEventRows {

    private static final String REMEMBER = """
            insert into identity_event (jti_sha256, kind, name, open) values (?, ?, ?, ?) on conflict do nothing
            """;

    private static final String BOUND = "update identity_event set created_until = ? where jti_sha256 = ?";

    private static final String OPEN =
            "select jti_sha256, kind, name, created_until from identity_event where open order by seen_at limit ?";

    private static final String SPARE = """
            update identity_event set created_until = ?
            where open and created_until is null and kind = ? and name = ?
            """;

    /** Not before every replica refuses the principal: until then one may let something new in. */
    private static final String DONE = """
            update identity_event set open = false where jti_sha256 = ? and seen_at < now() - interval '5 seconds'
            """;

    private static final String FORGET = """
            delete from identity_event where not open and seen_at < now() - ? * interval '1 millisecond'
            """;

    private final DataSource database;

    IdentityEventRows(DataSource database) {
        this.database = database;
    }

    /**
     * An event whose principal still has to lose something.
     *
     * @param mark SHA-256 of its id
     * @param principal who
     * @param until only what was made up to then; empty for everything
     */
    record Open(byte[] mark, Principal principal, Optional<Instant> until) {}

    /** Remembers an event, within the caller's transaction; false if it came before. */
    boolean remember(byte[] mark, Principal principal, boolean open) {
        try (Connection sql = database.getConnection();
                PreparedStatement insert = sql.prepareStatement(REMEMBER)) {
            insert.setBytes(1, mark);
            insert.setString(2, principal.kind().wireName());
            insert.setString(3, principal.name());
            insert.setBoolean(4, open);
            return insert.executeUpdate() > 0;
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Spares what was made later, within the caller's transaction. */
    void bound(byte[] mark, Instant until) {
        try (Connection sql = database.getConnection();
                PreparedStatement update = sql.prepareStatement(BOUND)) {
            update.setObject(1, until.atOffset(ZoneOffset.UTC));
            update.setBytes(2, mark);
            update.executeUpdate();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Spares what a principal makes after that time, within the caller's transaction. */
    void spareLater(Principal principal, Instant time) {
        try (Connection sql = database.getConnection();
                PreparedStatement update = sql.prepareStatement(SPARE)) {
            update.setObject(1, time.atOffset(ZoneOffset.UTC));
            update.setString(2, principal.kind().wireName());
            update.setString(3, principal.name());
            update.executeUpdate();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Those that are not done, oldest first. */
    List<Open> open(int limit) {
        try (Connection sql = database.getConnection();
                PreparedStatement select = sql.prepareStatement(OPEN)) {
            select.setInt(1, limit);
            List<Open> found = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    Principal.Kind kind = Principal.Kind.ofWire(rows.getString(2));
                    Optional<Instant> until = Optional.ofNullable(rows.getObject(4, OffsetDateTime.class))
                            .map(OffsetDateTime::toInstant);
                    found.add(new Open(rows.getBytes(1), new Principal(kind, rows.getString(3)), until));
                }
            }
            return found;
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Closes an event, unless it is so young that it must be gone over once more. */
    void done(byte[] mark) {
        try (Connection sql = database.getConnection();
                PreparedStatement update = sql.prepareStatement(DONE)) {
            update.setBytes(1, mark);
            update.executeUpdate();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    void forgetOlderThan(Duration age) {
        try (Connection sql = database.getConnection();
                PreparedStatement delete = sql.prepareStatement(FORGET)) {
            delete.setLong(1, age.toMillis());
            delete.executeUpdate();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private static IllegalStateException failed(SQLException cause) {
        return new IllegalStateException("events of the identity provider cannot be read or written", cause);
    }
}
