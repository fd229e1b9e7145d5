package dev.latchkey.testkit;

import dev.latchkey.boot.DatabaseAccess;
import dev.latchkey.boot.EmbeddedDatabase;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.SecretGenerator;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The embedded PostgreSQL of the tests: one server a JVM, a fresh database and data folder each time that Quarkus is
 * started, the same two roles as in production. Set {@code @QuarkusTestResource(TestDatabase.class)}, or call {@link
 * #fresh()} in a test without Quarkus.
 */
public final class TestDatabase implements QuarkusTestResourceLifecycleManager {

    private static final String SERVER_FOLDER = "tests.postgres";

    /** Puts a real PgBouncer in transaction mode before every database of the tests (R49). */
    private static final boolean POOLED = Boolean.getBoolean("tests.pgbouncer");

    private @Nullable Path data;

    /** An empty database of its own. */
    public static DatabaseAccess fresh() {
        DatabaseAccess direct = direct();
        return POOLED ? pooled(direct) : direct;
    }

    private static DatabaseAccess pooled(DatabaseAccess direct) {
        return new DatabaseAccess(
                // the tests' own hands have no need of named statements either
                Pooler.INSTANCE.through(direct.url()) + "?prepareThreshold=0",
                direct.username(),
                direct.password(),
                direct.ownerUsername(),
                direct.ownerPassword());
    }

    /** An empty database of its own, used as {@code Main} uses the embedded one. */
    public static DatabaseAccess embedded() {
        return POOLED ? fresh() : direct().withNamedStatements();
    }

    /** An empty database of its own, without a pooler in any case. */
    public static DatabaseAccess direct() {
        try {
            return Server.INSTANCE.createDatabase(
                    "test_" + UUID.randomUUID().toString().replace('-', '_'));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A database of its own with the broker's schema. */
    public static DatabaseAccess migrated() {
        DatabaseAccess database = direct();
        Flyway.configure()
                .dataSource(
                        database.url(),
                        database.ownerUsername(),
                        database.ownerPassword().reveal(Purpose.STORE))
                .placeholders(Map.of("runtime_role", database.username()))
                .load()
                .migrate();
        return POOLED ? pooled(database) : database;
    }

    /** Connections of the runtime role, without a pool. */
    public static DataSource dataSource(DatabaseAccess database) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(database.url());
        dataSource.setUser(database.username());
        dataSource.setPassword(database.password().reveal(Purpose.STORE));
        return dataSource;
    }

    @Override
    public Map<String, String> start() {
        try {
            Path folder = Files.createTempDirectory("latchkey-test-data");
            data = folder;
            DatabaseAccess direct = direct();
            Map<String, String> properties = new HashMap<>((POOLED ? pooled(direct) : direct).asProperties());
            properties.put("latchkey.database.owner-url", direct.url());
            properties.put("latchkey.data", folder.toString());
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        Path folder = data;
        if (folder != null) {
            delete(folder);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Started on first use, stopped with the JVM. */
    private static final class Pooler {

        private static final PgBouncer INSTANCE = launch();

        private static PgBouncer launch() {
            PgBouncer pooler = PgBouncer.start(Server.INSTANCE.database(), 5);
            Runtime.getRuntime().addShutdownHook(new Thread(pooler::close, "test-pgbouncer-stop"));
            return pooler;
        }
    }

    /** Started on first use, stopped with the JVM. */
    private static final class Server {

        private static final EmbeddedDatabase INSTANCE = launch();

        private static EmbeddedDatabase launch() {
            try {
                Path folder = Files.createTempDirectory(SERVER_FOLDER);
                Path binaries = Path.of(System.getProperty("java.io.tmpdir"), "embedded-pg");
                EmbeddedDatabase server =
                        EmbeddedDatabase.start(folder, binaries, new SecretGenerator(new SecureRandom()));
                Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, folder), "test-postgres-stop"));
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** At once: a last checkpoint of hundreds of databases takes longer than the JVM is given to end. */
        private static void stop(EmbeddedDatabase server, Path folder) {
            try {
                String pid = Files.readAllLines(folder.resolve("postgres/postmaster.pid"))
                        .getFirst()
                        .strip();
                new ProcessBuilder("kill", "-QUIT", pid).start();
                ProcessHandle.of(Long.parseLong(pid))
                        .ifPresent(postmaster -> postmaster.onExit().join());
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            delete(folder);
        }
    }
}
