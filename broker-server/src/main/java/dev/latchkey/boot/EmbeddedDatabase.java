package dev.latchkey.boot;

import dev.latchkey.secret.OwnerOnlyFile;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.SecretGenerator;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A real PostgreSQL from Maven artifacts, on a folder that is kept between starts. It listens on loopback only, asks
 * everybody for a password (SCRAM), and has two roles: the schema's owner, and the one that the broker works as.
 */
public final class EmbeddedDatabase implements AutoCloseable {

    private static final String OWNER = "latchkey_owner";
    private static final String RUNTIME = "latchkey_runtime";
    private static final Duration START_PATIENCE = Duration.ofSeconds(60);

    private final EmbeddedPostgres server;
    private final Path cluster;
    private final ClusterPasswords passwords;

    private EmbeddedDatabase(EmbeddedPostgres server, Path cluster, ClusterPasswords passwords) {
        this.cluster = cluster;
        this.server = server;
        this.passwords = passwords;
    }

    /**
     * Starts the cluster below the folder, which the caller holds alone; makes it first if it is not there.
     *
     * @param folder the data folder
     * @param binaries where PostgreSQL's programs are unpacked; nobody else may write there
     */
    public static EmbeddedDatabase start(Path folder, Path binaries, SecretGenerator generator) throws IOException {
        OwnerOnlyFile kept = new OwnerOnlyFile(folder.resolve("postgres.properties"));
        ClusterPasswords passwords = ClusterPasswords.keptIn(kept, generator);
        Path cluster = folder.resolve("postgres");
        if (Files.notExists(cluster)) {
            initialise(folder, cluster, binaries, passwords);
        }
        StalePostmaster.remove(cluster);
        return new EmbeddedDatabase(launch(cluster, binaries, passwords), cluster, passwords);
    }

    /** The database that the broker uses. */
    public DatabaseAccess database() {
        return access("latchkey");
    }

    /** Makes a further database with the same two roles. */
    public DatabaseAccess createDatabase(String name) throws SQLException {
        run(server, passwords, createDatabaseStatements(name));
        return access(name);
    }

    /** Stops the server; what was committed is on disk. */
    @Override
    public void close() throws IOException {
        server.close();
        // The library gives up after five seconds, which a last checkpoint on a slow disk can take longer than.
        StalePostmaster.remove(cluster);
    }

    private DatabaseAccess access(String name) {
        String url = "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + name;
        return new DatabaseAccess(url, RUNTIME, passwords.runtime(), OWNER, passwords.owner());
    }

    /** A cluster gets its final name when it is complete, so that a crash in between leaves nothing half-made. */
    private static void initialise(Path folder, Path cluster, Path binaries, ClusterPasswords passwords)
            throws IOException {
        Path unfinished = folder.resolve("postgres.unfinished");
        StalePostmaster.remove(unfinished);
        deleteTree(unfinished);
        OwnerOnlyFile password = new OwnerOnlyFile(folder.resolve("initdb.password"));
        password.write(passwords.superuser().reveal(Purpose.STORE).getBytes(StandardCharsets.UTF_8));
        try (EmbeddedPostgres server = launch(unfinished, binaries, passwords)) {
            run(server, passwords, roleStatements(passwords));
            run(server, passwords, createDatabaseStatements("latchkey"));
        } catch (SQLException e) {
            throw new IOException("the embedded PostgreSQL cannot be set up", e);
        } finally {
            Files.delete(password.path());
        }
        StalePostmaster.remove(unfinished);
        Files.move(unfinished, cluster, StandardCopyOption.ATOMIC_MOVE);
    }

    private static EmbeddedPostgres launch(Path cluster, Path binaries, ClusterPasswords passwords) throws IOException {
        // The library would else use, and open to everybody, a folder in /tmp.
        System.setProperty("ot.epg.working-dir", binaries.toString());
        return EmbeddedPostgres.builder()
                .setDataDirectory(cluster)
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPGStartupWait(START_PATIENCE)
                // These become options of initdb: no moment in which a connection is trusted.
                .setLocaleConfig("auth", "scram-sha-256")
                .setLocaleConfig(
                        "pwfile", cluster.resolveSibling("initdb.password").toString())
                .setLocaleConfig("locale", "C.UTF-8")
                .setConnectConfig("password", passwords.superuser().reveal(Purpose.STORE))
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("unix_socket_directories", "")
                // The library is made for tests and turns both off; a refresh token that is lost here is lost for good.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "100")
                .setServerConfig("log_min_error_statement", "panic")
                .start();
    }

    private static List<String> roleStatements(ClusterPasswords passwords) {
        return List.of(
                role(OWNER, passwords.owner().reveal(Purpose.STORE)),
                role(RUNTIME, passwords.runtime().reveal(Purpose.STORE)));
    }

    private static String role(String name, String generated) {
        return "create role " + name + " login nosuperuser nocreatedb nocreaterole password '" + generated + "'";
    }

    private static List<String> createDatabaseStatements(String name) {
        return List.of(
                "create database " + name + " owner " + OWNER,
                "revoke all on database " + name + " from public",
                "grant connect on database " + name + " to " + RUNTIME);
    }

    private static void run(EmbeddedPostgres server, ClusterPasswords passwords, List<String> statements)
            throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
