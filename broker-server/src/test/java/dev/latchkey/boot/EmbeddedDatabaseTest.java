package dev.latchkey.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedDatabaseTest {

    private static final Path BINARIES = Path.of(System.getProperty("java.io.tmpdir"), "embedded-pg");
    private static final String INVALID_PASSWORD = "28P01";

    private static final int SOCKET_FOLDER_LINE = 4;

    @TempDir
    Path folder;

    @Test
    @DisplayName("the cluster asks for a password, is durable, listens on loopback only, and is kept between starts")
    void keepsAClosedAndDurableCluster() throws Exception {
        try (EmbeddedDatabase database = start()) {
            DatabaseAccess access = database.database();
            assertRefused(access.url(), access.username(), "");
            assertRefused(access.url(), access.username(), "wrong");
            assertRefused(access.url(), "postgres", "");
            assertThat(query(access, "show fsync")).isEqualTo("on");
            assertThat(query(access, "show synchronous_commit")).isEqualTo("on");
            assertThat(query(access, "show full_page_writes")).isEqualTo("on");
            assertThat(query(access, "show listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(Files.readAllLines(folder.resolve("postgres/postmaster.pid"))
                            .get(SOCKET_FOLDER_LINE))
                    .isBlank();
            assertThat(Files.readString(folder.resolve("postgres/pg_hba.conf")).lines())
                    .noneMatch(line -> line.matches("[^#].*\\btrust\\b.*"));
            executeAsOwner(access, "create table kept (n int)");
        }
        try (EmbeddedDatabase database = start()) {
            assertThat(queryAsOwner(database.database(), "select count(*) from kept"))
                    .isEqualTo("0");
        }
        assertNoPostmaster();
    }

    @Test
    @DisplayName("nobody but the owner can read what is in the data folder")
    void isOwnerOnly() throws Exception {
        try (DataFolder data = DataFolder.take(folder.resolve("data"));
                EmbeddedDatabase database =
                        EmbeddedDatabase.start(data.path(), BINARIES, new SecretGenerator(new SecureRandom()))) {
            assertThat(rights(data.path())).isEqualTo("rwx------");
            assertThat(rights(data.path().resolve("latchkey.lock"))).isEqualTo("rw-------");
            assertThat(rights(data.path().resolve("postgres.properties"))).isEqualTo("rw-------");
            assertThat(rights(data.path().resolve("postgres"))).isEqualTo("rwx------");
            assertThat(data.path().resolve("initdb.password")).doesNotExist();
            assertThat(database.database().toString())
                    .doesNotContain(database.database().password().reveal(Purpose.DIGEST));
        }
    }

    @Test
    @DisplayName("a second broker on the same folder is refused")
    void letsOneBrokerIn() throws Exception {
        DataFolder first = DataFolder.take(folder);

        assertThatThrownBy(() -> DataFolder.take(folder)).isInstanceOf(DataFolder.InUseException.class);

        first.close();
        DataFolder.take(folder).close();
    }

    @Test
    @DisplayName("after a kill -9 the next start ends the old PostgreSQL and finds everything that was committed")
    void recoversFromKill() throws Exception {
        Process broker = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Victim.class.getName(),
                        folder.toString()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(broker.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(output.lines().anyMatch("committed"::equals)).isTrue();
        } finally {
            broker.destroyForcibly().waitFor();
        }
        ProcessHandle orphan = postmaster();
        assertThat(orphan.isAlive()).isTrue();

        try (EmbeddedDatabase database = start()) {
            assertThat(orphan.isAlive()).isFalse();
            assertThat(queryAsOwner(database.database(), "select n from kept")).isEqualTo("42");
        }
        assertNoPostmaster();
    }

    @Test
    @DisplayName("a process that only has the id of the old PostgreSQL is left alone")
    void leavesOtherProcessesAlone() throws Exception {
        Process other = new ProcessBuilder("sleep", "600").start();
        try {
            Path cluster = Files.createDirectory(folder.resolve("postgres"));
            Files.writeString(cluster.resolve("postmaster.pid"), other.pid() + "\n" + cluster + "\n");

            StalePostmaster.remove(cluster);

            assertThat(other.isAlive()).isTrue();
            assertThat(cluster.resolve("postmaster.pid")).doesNotExist();
        } finally {
            other.destroyForcibly().waitFor();
        }
    }

    @Test
    @DisplayName("what a crash left of the first start is made anew")
    void repairsUnfinishedStart() throws Exception {
        Files.createDirectories(folder.resolve("postgres.unfinished/base"));
        Files.writeString(folder.resolve("postgres.unfinished/PG_VERSION"), "18");

        try (EmbeddedDatabase database = start()) {
            assertThat(query(database.database(), "select 1")).isEqualTo("1");
        }
        try (Stream<Path> entries = Files.list(folder)) {
            assertThat(entries.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("postgres", "postgres.properties");
        }
    }

    private EmbeddedDatabase start() throws IOException {
        return EmbeddedDatabase.start(folder, BINARIES, new SecretGenerator(new SecureRandom()));
    }

    private ProcessHandle postmaster() throws IOException {
        String pid =
                Files.readAllLines(folder.resolve("postgres/postmaster.pid")).getFirst();
        return ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow();
    }

    private void assertNoPostmaster() {
        assertThat(folder.resolve("postgres/postmaster.pid")).doesNotExist();
    }

    private static void assertRefused(String url, String user, String attempt) {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        if (!attempt.isEmpty()) {
            properties.setProperty("password", attempt);
        }
        assertThatThrownBy(() -> DriverManager.getConnection(url, properties).close())
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isIn(INVALID_PASSWORD, "08004"));
    }

    private static String rights(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static String query(DatabaseAccess access, String sql) throws SQLException {
        return query(access.url(), access.username(), access.password(), sql);
    }

    private static String queryAsOwner(DatabaseAccess access, String sql) throws SQLException {
        return query(access.url(), access.ownerUsername(), access.ownerPassword(), sql);
    }

    private static String query(String url, String user, Secret password, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, user, password.reveal(Purpose.DIGEST));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private static void executeAsOwner(DatabaseAccess access, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        access.url(),
                        access.ownerUsername(),
                        access.ownerPassword().reveal(Purpose.DIGEST));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** A broker that is killed: starts the database, commits, and waits for its end. */
    static final class Victim {

        private Victim() {}

        public static void main(String[] arguments) throws Exception {
            EmbeddedDatabase database =
                    EmbeddedDatabase.start(Path.of(arguments[0]), BINARIES, new SecretGenerator(new SecureRandom()));
            executeAsOwner(database.database(), "create table kept as select 42 as n");
            System.out.println("committed");
            Thread.sleep(600_000);
        }
    }
}
