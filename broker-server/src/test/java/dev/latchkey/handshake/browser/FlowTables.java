package dev.latchkey.handshake.browser;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;

/** Looks at what the database keeps of browser flows, and lets time pass there. */
@ApplicationScoped
class FlowTables {

    private final DataSource database;

    FlowTables(DataSource database) {
        this.database = database;
    }

    /** Everything of a table about a connection, as text. */
    List<String> rows(String table, String connection) {
        return select("select t::text from " + table + " t where connection = ?", connection);
    }

    /** The ids of flows, which name their memos. */
    List<String> flows(String connection) {
        return select("select id::text from pending_handshake where connection = ?", connection);
    }

    /** Digests of states in hex. */
    List<String> stateDigests(String connection) {
        return select("select encode(state_sha256, 'hex') from pending_handshake where connection = ?", connection);
    }

    /** Seconds that the longest-lived row has left. */
    List<Double> secondsLeft(String table, String connection) {
        return select(
                        "select extract(epoch from max(expires_at) - now())::text from " + table
                                + " where connection = ?",
                        connection)
                .stream()
                .map(Double::valueOf)
                .toList();
    }

    /** Ten minutes pass for the rows of a connection. */
    void tenMinutesPass(String table, String connection) {
        try (Connection db = database.getConnection();
                PreparedStatement update = db.prepareStatement("update " + table
                        + " set expires_at = expires_at - interval '10 minutes' where connection = ?")) {
            update.setObject(1, UUID.fromString(connection));
            update.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the vault holds anything at a path. */
    boolean isInVault(String path) {
        return !select("select path from local_vault where path = ?::text", path)
                .isEmpty();
    }

    private List<String> select(String sql, String parameter) {
        List<String> found = new ArrayList<>();
        try (Connection db = database.getConnection();
                PreparedStatement statement =
                        db.prepareStatement(sql.replace("connection = ?", "connection = ?::uuid"))) {
            statement.setString(1, parameter);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return found;
    }
}
