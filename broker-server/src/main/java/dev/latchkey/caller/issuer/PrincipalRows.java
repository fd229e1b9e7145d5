package dev.latchkey.caller.issuer;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Set;
import javax.sql.DataSource;

/** Tables {@code identity_principal} and {@code identity_change}. Thread-safe. */
@Singleton
final class PrincipalRows {

    private static final String NUMBER = "select number from identity_change";

    private static final String REFUSED = "select kind, name from identity_principal where state <> 'enabled'";

    /** Before anything else, so that changes follow each other and the number never runs ahead of what is committed. */
    private static final String COUNT = "update identity_change set number = number + 1";

    private static final String NOTE = """
            insert into identity_principal as known (kind, name, state, told_at) values (?, ?, ?, ?)
            on conflict (kind, name) do update set state = excluded.state, told_at = excluded.told_at, noted_at = now()
            where known.told_at < excluded.told_at
            """;

    private static final String FORGET = """
            delete from identity_principal
            where state <> 'disabled' and noted_at < now() - ? * interval '1 millisecond'
            """;

    private final DataSource database;

    PrincipalRows(DataSource database) {
        this.database = database;
    }

    /**
     * Who is refused.
     *
     * @param number the number of changes that this rests on
     * @param principals whom
     */
    record Refused(long number, Set<Principal> principals) {}

    long number() {
        try (Connection sql = database.getConnection();
                PreparedStatement select = sql.prepareStatement(NUMBER)) {
            return number(select);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** The number is read first: whoever changes something meanwhile is read twice, never missed. */
    Refused read() {
        try (Connection sql = database.getConnection();
                PreparedStatement count = sql.prepareStatement(NUMBER);
                PreparedStatement select = sql.prepareStatement(REFUSED)) {
            long number = number(count);
            Set<Principal> principals = new HashSet<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    principals.add(new Principal(Principal.Kind.ofWire(rows.getString(1)), rows.getString(2)));
                }
            }
            return new Refused(number, principals);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Notes a state, within the caller's transaction; false if something newer is known. */
    boolean note(Principal principal, String state, Instant toldAt) {
        try (Connection sql = database.getConnection();
                PreparedStatement count = sql.prepareStatement(COUNT);
                PreparedStatement note = sql.prepareStatement(NOTE)) {
            count.executeUpdate();
            note.setString(1, principal.kind().wireName());
            note.setString(2, principal.name());
            note.setString(3, state);
            note.setObject(4, toldAt.atOffset(ZoneOffset.UTC));
            return note.executeUpdate() > 0;
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

    private static long number(PreparedStatement select) throws SQLException {
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private static IllegalStateException failed(SQLException cause) {
        return new IllegalStateException("the refused principals cannot be read or written", cause);
    }
}
