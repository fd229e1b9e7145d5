package dev.latchkey.vault.local;

import dev.latchkey.boot.DatabaseAccess;
import dev.latchkey.secret.OwnerOnlyFile;
import dev.latchkey.secret.Purpose;
import dev.latchkey.testkit.FaultyDataSource;
import dev.latchkey.testkit.TestDatabase;
import dev.latchkey.vault.VaultPath;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;

/** A local store on a real database, and the hands of somebody who has that database but not the keyset. */
record VaultFixture(
        DatabaseAccess database, FaultyDataSource faults, VaultTable table, Keyring keyring, OwnerOnlyFile keyset) {

    /** An empty store, on a database that all tests share. */
    static VaultFixture open(Path folder) throws Exception {
        VaultFixture store = open(folder, Shared.DATABASE);
        store.withDatabase(
                connection -> connection.createStatement().execute("truncate local_vault, local_vault_path"));
        return store;
    }

    /** An empty store on a database of its own. */
    static VaultFixture openAlone(Path folder) throws Exception {
        return open(folder, TestDatabase.migrated());
    }

    private static VaultFixture open(Path folder, DatabaseAccess database) throws Exception {
        FaultyDataSource faults = new FaultyDataSource(TestDatabase.dataSource(database));
        VaultTable table = new VaultTable(faults.dataSource());
        OwnerOnlyFile keyset = new OwnerOnlyFile(folder.resolve("keyset.json"));
        Keyring keyring = keyset.exists() ? Keyring.open(keyset) : Keyring.create(keyset);
        return new VaultFixture(database, faults, table, keyring, keyset);
    }

    private static final class Shared {
        static final DatabaseAccess DATABASE = TestDatabase.migrated();
    }

    LocalCredentialVault vault() {
        return new LocalCredentialVault(table, keyring);
    }

    KeysetRotation rotation() {
        return new KeysetRotation(table, keyring);
    }

    List<Integer> versions(VaultPath path) {
        return withDatabase(connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement("select version from local_vault where path = ? order by 1")) {
                select.setString(1, path.value());
                ResultSet rows = select.executeQuery();
                List<Integer> versions = new ArrayList<>();
                while (rows.next()) {
                    versions.add(rows.getInt(1));
                }
                return versions;
            }
        });
    }

    byte[] ciphertext(VaultPath path, int version) {
        return withDatabase(connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement("select ciphertext from local_vault where path = ? and version = ?")) {
                select.setString(1, path.value());
                select.setInt(2, version);
                ResultSet rows = select.executeQuery();
                rows.next();
                return rows.getBytes(1);
            }
        });
    }

    void overwrite(VaultPath path, int version, byte[] ciphertext) {
        withDatabase(connection -> {
            try (PreparedStatement update = connection.prepareStatement(
                    "update local_vault set ciphertext = ? where path = ? and version = ?")) {
                update.setBytes(1, ciphertext);
                update.setString(2, path.value());
                update.setInt(3, version);
                return update.executeUpdate();
            }
        });
    }

    /** Inverts the lowest bit of one byte of version 1. */
    void flipByte(VaultPath path, int position) {
        byte[] bytes = ciphertext(path, 1);
        bytes[position] ^= 1;
        overwrite(path, 1, bytes);
    }

    void dropTable() {
        withDatabase(connection -> connection.createStatement().execute("drop table local_vault"));
    }

    /** Every row of the table as COPY writes it, which is what a dump holds. */
    String dump() {
        return withDatabase(connection -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            // The bytes themselves, not the hex form that a dump has: a plaintext would be seen in either.
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut("copy (select path, encode(ciphertext, 'escape') from local_vault) to stdout", out);
            return out.toString(StandardCharsets.ISO_8859_1);
        });
    }

    /** What a write does before its commit, on a connection that the caller commits. */
    void beginWrite(Connection connection, VaultPath path, int version) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement lock = connection.prepareStatement("insert into local_vault_path (path) values (?)"
                        + " on conflict (path) do update set path = excluded.path");
                PreparedStatement insert =
                        connection.prepareStatement("insert into local_vault values (?, ?, '\\x00')")) {
            lock.setString(1, path.value());
            lock.executeUpdate();
            insert.setString(1, path.value());
            insert.setInt(2, version);
            insert.executeUpdate();
        }
    }

    /** Whether a transaction waits for another one's lock on a path. */
    boolean isSomebodyWaiting() {
        return withDatabase(connection -> {
            ResultSet rows = connection
                    .createStatement()
                    .executeQuery("select from pg_locks where locktype = 'transactionid' and not granted");
            return rows.next();
        });
    }

    Connection ownerConnection() throws SQLException {
        return DriverManager.getConnection(
                database.url(),
                database.ownerUsername(),
                database.ownerPassword().reveal(Purpose.STORE));
    }

    private <T> T withDatabase(Work<T> work) {
        try (Connection connection = ownerConnection()) {
            return work.in(connection);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Work<T> {
        T in(Connection connection) throws SQLException, java.io.IOException;
    }
}
