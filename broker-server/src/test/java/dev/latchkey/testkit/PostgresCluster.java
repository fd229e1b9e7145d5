package dev.latchkey.testkit;

import dev.latchkey.boot.DatabaseAccess;
import dev.latchkey.boot.EmbeddedDatabase;
import dev.latchkey.secret.SecretGenerator;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL of a test's own that may die: killed, started again on its data, and followed by a real streaming standby
 * that can be promoted. Not thread-safe.
 */
public final class PostgresCluster implements AutoCloseable {

    private static final Path BINARIES = Path.of(System.getProperty("java.io.tmpdir"), "embedded-pg");
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final Path folder;
    private EmbeddedDatabase primary;
    private @Nullable ChildProcess standby;
    private int standbyPort;

    private PostgresCluster(Path folder, EmbeddedDatabase primary) {
        this.folder = folder;
        this.primary = primary;
    }

    /** A new cluster with the broker's two roles and its empty database. */
    public static PostgresCluster start() {
        try {
            Path folder = Files.createTempDirectory("latchkey-cluster");
            return new PostgresCluster(folder, launch(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static EmbeddedDatabase launch(Path folder) throws IOException {
        return EmbeddedDatabase.start(folder, BINARIES, new SecretGenerator(new SecureRandom()));
    }

    /** The broker's database at the primary, past any proxy. */
    public DatabaseAccess database() {
        return primary.database();
    }

    /** Where the primary listens. */
    public int port() {
        return portOf(primary.database().url());
    }

    /** Where the standby listens. */
    public int standbyPort() {
        return standbyPort;
    }

    /** The port in a JDBC address. */
    public static int portOf(String url) {
        return Integer.parseInt(url.replaceFirst(".*127\\.0\\.0\\.1:([0-9]+)/.*", "$1"));
    }

    /** Kills the primary's postmaster with SIGKILL; its children end with it. */
    public void kill9() {
        ProcessHandle postmaster = postmaster();
        List<ProcessHandle> children = postmaster.children().toList();
        postmaster.destroyForcibly();
        postmaster.onExit().join();
        children.forEach(child -> Awaitility.await().atMost(PATIENCE).until(() -> !child.isAlive()));
    }

    /** Starts the primary again on its data, at another port. */
    public void startAgain() {
        try {
            primary.close();
            primary = launch(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection of the superuser to the broker's database at the primary. */
    public Connection superuser() {
        return superuser(port());
    }

    /** The same to another database of the server. */
    public Connection superuser(String database) {
        return superuser(port(), database);
    }

    /** Runs statements as the superuser at the primary. */
    public void asSuperuser(String... statements) {
        asSuperuser(port(), statements);
    }

    /** Starts a standby that streams from the primary, and waits until it does. */
    public void startStandby() {
        Path copy = folder.resolve("standby");
        try {
            copyCluster(copy);
            standbyPort = ChildProcess.freePort();
            Files.writeString(copy.resolve("standby.signal"), "");
            Files.writeString(
                    copy.resolve("postgresql.auto.conf"),
                    "primary_conninfo = 'host=127.0.0.1 port=" + port() + " user=postgres password="
                            + superuserPassword() + "'\n");
            standby = ChildProcess.start(folder, Map.of(), folder.resolve("standby.log"), standbyCommand(copy));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Awaitility.await().atMost(PATIENCE).until(() -> {
            if (!standby.isAlive()) {
                throw new IllegalStateException("the standby ended: " + standby.tail());
            }
            return "streaming".equals(textAsSuperuser(port(), "select state from pg_stat_replication"));
        });
        Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> isInRecovery(standbyPort));
    }

    /** Makes the standby a primary. */
    public void promote() {
        asSuperuser(standbyPort, "select pg_promote(true, 30)");
    }

    /** Whether everything that the primary has committed is at the standby. */
    public boolean isStandbyUpToDate() {
        return "t"
                .equals(textAsSuperuser(
                        port(), "select replay_lsn >= pg_current_wal_flush_lsn() from pg_stat_replication"));
    }

    @Override
    public void close() {
        if (standby != null) {
            standby.kill9();
            standby.close();
        }
        try {
            primary.close();
            try (Stream<Path> tree = Files.walk(folder)) {
                tree.sorted(java.util.Comparator.reverseOrder())
                        .forEach(path -> path.toFile().delete());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isInRecovery(int port) {
        return "t".equals(textAsSuperuser(port, "select pg_is_in_recovery()"));
    }

    /** By the low-level backup API: what PostgreSQL's own tool does, which is not among the embedded programs. */
    private void copyCluster(Path copy) throws IOException {
        try (Connection connection = superuser();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('standby', true)");
            copyTree(folder.resolve("postgres"), copy);
            try (ResultSet label = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                label.next();
                Files.writeString(copy.resolve("backup_label"), label.getString(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        copyTree(folder.resolve("postgres/pg_wal"), copy.resolve("pg_wal"));
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> tree = Files.walk(from, new FileVisitOption[0])) {
            for (Path path : tree.toList()) {
                String name = path.getFileName().toString();
                if (name.equals("postmaster.pid") || name.equals("epg-lock")) {
                    continue;
                }
                try {
                    Files.copy(
                            path,
                            to.resolve(from.relativize(path)),
                            StandardCopyOption.COPY_ATTRIBUTES,
                            StandardCopyOption.REPLACE_EXISTING);
                } catch (NoSuchFileException | java.nio.file.DirectoryNotEmptyException e) {
                    // gone meanwhile, or there already
                }
            }
        }
    }

    private List<String> standbyCommand(Path data) {
        String program = postmaster().info().command().orElseThrow();
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            // PostgreSQL refuses to run as root; in a user namespace of its own it is nobody special.
            command.addAll(List.of("unshare", "-U"));
        }
        command.addAll(List.of(
                program,
                "-D",
                data.toString(),
                "-p",
                Integer.toString(standbyPort),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories="));
        return command;
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private ProcessHandle postmaster() {
        try {
            long pid = Long.parseLong(Files.readAllLines(folder.resolve("postgres/postmaster.pid"))
                    .getFirst()
                    .strip());
            return ProcessHandle.of(pid).orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Connection superuser(int port) {
        return superuser(port, "latchkey");
    }

    private Connection superuser(int port, String database) {
        try {
            return DriverManager.getConnection(
                    "jdbc:postgresql://127.0.0.1:" + port + "/" + database, "postgres", superuserPassword());
        } catch (SQLException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private String superuserPassword() throws IOException {
        Properties passwords = new Properties();
        passwords.load(new StringReader(Files.readString(folder.resolve("postgres.properties"))));
        return passwords.getProperty("superuser");
    }

    private void asSuperuser(int port, String... statements) {
        try (Connection connection = superuser(port);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private @Nullable String textAsSuperuser(int port, String sql) {
        try (Connection connection = superuser(port);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
