package dev.latchkey.vault.local;

import dev.latchkey.vault.VaultPath;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The SQL of the table {@code local_vault}. Each method is a transaction of its own on a connection of its own, out of a
 * pool that nobody else uses: a caller may hold one of the other pool, and waits for nothing that waits for it. Changes of
 * one path come one after the other. Thread-safe.
 */
final class VaultTable {

    private static final int PAGE = 100;

    private final DataSource dataSource;

    VaultTable(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** One version of a record. */
    record Row(VaultPath path, int version, byte[] ciphertext) {}

    /** The newest version. */
    Optional<Row> current(VaultPath path) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return selectCurrent(connection, path);
        }
    }

    /** The newest version, when every change of that path that was under way has ended. */
    Optional<Row> currentAfterOthers(VaultPath path) throws SQLException {
        return inTransaction(connection -> {
            lock(connection, path);
            Optional<Row> current = selectCurrent(connection, path);
            if (current.isEmpty()) {
                forget(connection, path);
            }
            return current;
        });
    }

    /** Adds the version after {@code expected} and drops all but that and the one before; false if another is current. */
    boolean insert(VaultPath path, int expected, byte[] ciphertext) throws SQLException {
        return inTransaction(connection -> {
            lock(connection, path);
            if (insertAfter(connection, path, expected, ciphertext)) {
                return true;
            }
            if (selectCurrent(connection, path).isEmpty()) {
                forget(connection, path);
            }
            return false;
        });
    }

    private static boolean insertAfter(Connection connection, VaultPath path, int expected, byte[] ciphertext)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                with added as (
                    insert into local_vault (path, version, ciphertext) select ?, ?, ?
                    where coalesce((select max(version) from local_vault where path = ?), 0) = ?
                    returning path
                ), dropped as (
                    delete from local_vault where version < ? and path in (select path from added)
                )
                select exists (select from added)
                """)) {
            insert.setString(1, path.value());
            insert.setInt(2, expected + 1);
            insert.setBytes(3, ciphertext);
            insert.setString(4, path.value());
            insert.setInt(5, expected);
            insert.setInt(6, expected);
            return answer(insert);
        }
    }

    /** Removes every version. */
    void delete(VaultPath path) throws SQLException {
        inTransaction(connection -> {
            lock(connection, path);
            deleteAll(connection, path);
            forget(connection, path);
            return true;
        });
    }

    /** Puts another ciphertext of the same content in place, if the row still is as given. */
    boolean replace(Row row, byte[] ciphertext) throws SQLException {
        return inTransaction(connection -> {
            try (PreparedStatement update = connection.prepareStatement(
                    "update local_vault set ciphertext = ? where path = ? and version = ? and ciphertext = ?")) {
                update.setBytes(1, ciphertext);
                update.setString(2, row.path().value());
                update.setInt(3, row.version());
                update.setBytes(4, row.ciphertext());
                return update.executeUpdate() == 1;
            }
        });
    }

    /** Some of the records that are not under the key with that mark; empty when there is none left. */
    List<Row> notUnder(byte[] mark) throws SQLException {
        return inTransaction(connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement("select path, version, ciphertext from local_vault"
                            + " where substring(ciphertext from 5 for 5) <> ? order by path, version limit " + PAGE)) {
                select.setBytes(1, mark);
                return rows(select);
            }
        });
    }

    /** The path of every record. */
    List<VaultPath> paths() throws SQLException {
        return inTransaction(connection -> {
            try (PreparedStatement select =
                            connection.prepareStatement("select distinct path from local_vault order by path");
                    ResultSet rows = select.executeQuery()) {
                List<VaultPath> found = new ArrayList<>();
                while (rows.next()) {
                    found.add(new VaultPath(rows.getString(1)));
                }
                return found;
            }
        });
    }

    /** Whether there is no record at all. */
    boolean isEmpty() throws SQLException {
        return inTransaction(connection -> is(connection, "select not exists (select from local_vault)"));
    }

    /** Whether this role can write here now. */
    boolean isWritable() throws SQLException {
        return inTransaction(connection -> is(
                connection,
                "select has_table_privilege('local_vault', 'insert') and has_table_privilege('local_vault', 'select')"
                        + " and current_setting('transaction_read_only') = 'off' and not pg_is_in_recovery()"));
    }

    /**
     * Locks the path until the transaction ends. Each path has a row of its own for this, because a version that does not
     * exist yet cannot be locked and advisory locks are not allowed (R49). An existing row is locked without being written.
     */
    private static void lock(Connection connection, VaultPath path) throws SQLException {
        try (PreparedStatement lock =
                connection.prepareStatement("select true from local_vault_path where path = ? for update")) {
            lock.setString(1, path.value());
            if (answer(lock)) {
                return;
            }
        }
        try (PreparedStatement make = connection.prepareStatement(
                "insert into local_vault_path (path) values (?) on conflict (path) do update set path = excluded.path")) {
            make.setString(1, path.value());
            make.executeUpdate();
        }
    }

    /** Leaves no trace of a path that has no record; whoever waits for its lock makes the row anew. */
    private static void forget(Connection connection, VaultPath path) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from local_vault_path where path = ?")) {
            delete.setString(1, path.value());
            delete.executeUpdate();
        }
    }

    private static Optional<Row> selectCurrent(Connection connection, VaultPath path) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "select path, version, ciphertext from local_vault where path = ? order by version desc limit 1")) {
            select.setString(1, path.value());
            return rows(select).stream().findFirst();
        }
    }

    private static void deleteAll(Connection connection, VaultPath path) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from local_vault where path = ?")) {
            delete.setString(1, path.value());
            delete.executeUpdate();
        }
    }

    private static List<Row> rows(PreparedStatement select) throws SQLException {
        List<Row> found = new ArrayList<>();
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                found.add(new Row(new VaultPath(rows.getString(1)), rows.getInt(2), rows.getBytes(3)));
            }
        }
        return found;
    }

    private static boolean is(Connection connection, String question) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(question)) {
            return answer(select);
        }
    }

    /** A question's answer; where there is no row, no. */
    private static boolean answer(PreparedStatement question) throws SQLException {
        try (ResultSet row = question.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    private <T> T inTransaction(Work<T> work) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            boolean committed = false;
            try {
                T result = work.in(connection);
                connection.commit();
                committed = true;
                return result;
            } finally {
                if (!committed) {
                    rollback(connection);
                }
            }
        }
    }

    /** A pool may else commit what is left open. The failure that led here is the one to be told. */
    private static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            System.getLogger(VaultTable.class.getName())
                    .log(System.Logger.Level.DEBUG, "the connection was lost before it could be rolled back", e);
        }
    }

    /** What is done in one transaction. */
    private interface Work<T> {
        T in(Connection connection) throws SQLException;
    }
}
