package dev.latchkey.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerProcess;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.ChildProcess;
import dev.latchkey.testkit.OpenBaoServer;
import dev.latchkey.testkit.PostgresCluster;
import dev.latchkey.testkit.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The schema on a server of the operator's: roles by script, migrations beforehand or by brokers that start at once. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SchemaStartIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final PostgresCluster CLUSTER = PostgresCluster.start();

    @TempDir
    static Path folder;

    @AfterAll
    static void stop() {
        CLUSTER.close();
    }

    @Test
    @Order(1)
    @DisplayName(
            "R50 a migration is killed in the middle; three brokers start at once, one of them ends it, no hand helps")
    void killedThenThreeAtOnce() throws Exception {
        DatabaseAccess database = CLUSTER.database();
        flyway(database).target("4").load().migrate();
        try (Connection holder = CLUSTER.superuser();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("lock table partner in access exclusive mode");
            ChildProcess migrating = migrate(database);
            await().atMost(PATIENCE).until(() -> isBlocked(database));
            migrating.kill9();
            migrating.close();
            holder.rollback();
        }
        try (OpenBaoServer bao = OpenBaoServer.start(Files.createDirectory(folder.resolve("bao")), "")) {
            bao.setUp(Map.of());
            AtomicInteger number = new AtomicInteger();
            List<BrokerProcess> brokers = AtOnce.run(3, () -> broker(database, bao, number.incrementAndGet()));
            brokers.forEach(BrokerProcess::close);
        }

        assertThat(tables(database)
                        .texts("select version from flyway_schema_history where success order by installed_rank"))
                .containsExactlyElementsOf(versions());
        assertThat(tables(database).texts("select 1 from flyway_schema_history where not success"))
                .isEmpty();
        assertThat(tables(database).texts("select 1 from pg_locks where locktype = 'advisory'"))
                .isEmpty();
    }

    @Test
    @Order(2)
    @DisplayName(
            "the script makes two roles with the least rights, also twice; the owner migrates, the broker never could")
    void rolesByScript() throws Exception {
        DatabaseAccess database = operators();
        assertThatThrownBy(() -> unprivileged(database))
                .hasMessageContaining("lacks the migrations 1, 2, 3")
                .hasMessageContaining("latchkey.database.migrate-at-start");

        assertThat(run(migrate(database)))
                .contains("migrations that ran: " + versions().size());
        assertThat(run(migrate(database))).contains("migrations that ran: 0");

        try (BrokerProcess broker = unprivileged(database)) {
            assertThat(broker.logText()).doesNotContain("latchkey_owner");
        }
        assertRefused(database, "create table mine (id int)");
        assertRefused(database, "alter table app add column mine int");
        assertRefused(database, "update audit_event set actor = 'nobody'");
        assertRefused(database, "delete from audit_event");
        assertRefused(database, "truncate audit_event");
        assertRefused(database, "delete from flyway_schema_history");
    }

    /** What an operator does: a database, the script (twice), passwords. */
    private static DatabaseAccess operators() throws IOException, SQLException {
        String script = Files.readString(Path.of("..", "docs", "postgresql-roles.sql"));
        CLUSTER.asSuperuser(
                "alter role latchkey_owner rename to embedded_owner",
                "alter role latchkey_runtime rename to embedded_runtime",
                "create database operators");
        String url = CLUSTER.database().url().replace("/latchkey", "/operators");
        try (Connection admin = CLUSTER.superuser("operators");
                Statement statement = admin.createStatement()) {
            statement.execute(script);
            statement.execute(script);
            statement.execute("alter role latchkey_owner password 'owners-own'");
            statement.execute("alter role latchkey_runtime password 'runtimes-own'");
        }
        return new DatabaseAccess(
                url, "latchkey_runtime", Secret.of("runtimes-own"), "latchkey_owner", Secret.of("owners-own"));
    }

    private static BrokerProcess broker(DatabaseAccess database, OpenBaoServer bao, int number) throws IOException {
        Path secret = Files.createFile(
                folder.resolve("secret-id-" + number),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        synchronized (bao) {
            Files.writeString(secret, bao.wrappedSecretId());
        }
        Map<String, String> properties = new HashMap<>(Map.of(
                "latchkey.database.url", database.url(),
                "latchkey.database.username", database.username(),
                "latchkey.database.owner-username", database.ownerUsername(),
                "latchkey.vault.kind", "kv2",
                "latchkey.vault.kv2.address", bao.address().toString(),
                "latchkey.vault.kv2.role-id", bao.roleId(),
                "latchkey.vault.kv2.secret-id-file", secret.toString(),
                // three start at once, and their first logins take their time on a slow machine
                "latchkey.vault.kv2.timeout", "PT20S"));
        return BrokerProcess.start(properties, passwords(database));
    }

    /** A broker that has only the runtime role. */
    private static BrokerProcess unprivileged(DatabaseAccess database) {
        return BrokerProcess.start(
                Map.of(
                        "latchkey.database.url", database.url(),
                        "latchkey.database.username", database.username(),
                        "latchkey.database.migrate-at-start", "false",
                        "latchkey.vault.keyset", folder.resolve("keyset.json").toString()),
                Map.of("LATCHKEY_DATABASE_PASSWORD", database.password().reveal(Purpose.STORE)));
    }

    private static ChildProcess migrate(DatabaseAccess database) {
        Map<String, String> environment = new HashMap<>(passwords(database));
        environment.put("LATCHKEY_DATABASE_URL", database.url());
        environment.put("LATCHKEY_DATABASE_USERNAME", database.username());
        environment.put("LATCHKEY_DATABASE_OWNER_USERNAME", database.ownerUsername());
        return ChildProcess.start(
                folder,
                environment,
                folder.resolve("migrate.log"),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        Path.of(System.getProperty("basedir", "."), "target/quarkus-app/quarkus-run.jar")
                                .toAbsolutePath()
                                .toString(),
                        "migrate"));
    }

    private static String run(ChildProcess process) {
        try (process) {
            int status = process.awaitEnd(PATIENCE);
            assertThat(status).as(process.tail()).isZero();
            return process.tail().lines().reduce("", (before, line) -> line);
        }
    }

    private static Map<String, String> passwords(DatabaseAccess database) {
        return Map.of(
                "LATCHKEY_DATABASE_PASSWORD", database.password().reveal(Purpose.STORE),
                "LATCHKEY_DATABASE_OWNER_PASSWORD", database.ownerPassword().reveal(Purpose.STORE));
    }

    private static void assertRefused(DatabaseAccess database, String sql) throws SQLException {
        try (Connection connection = TestDatabase.dataSource(database).getConnection();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute(sql))
                    .as(sql)
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
        }
    }

    private static boolean isBlocked(DatabaseAccess database) {
        return !tables(database)
                .texts("select 1 from pg_locks where relation = 'partner'::regclass and not granted")
                .isEmpty();
    }

    private static List<String> versions() throws IOException {
        try (var files = Files.list(Path.of("src/main/resources/db/migration"))) {
            return files.map(file -> file.getFileName().toString().replaceFirst("V([0-9]+)__.*", "$1"))
                    .sorted(java.util.Comparator.comparingInt(Integer::parseInt))
                    .toList();
        }
    }

    private static BrokerTables tables(DatabaseAccess database) {
        return new BrokerTables(TestDatabase.dataSource(database));
    }

    private static org.flywaydb.core.api.configuration.FluentConfiguration flyway(DatabaseAccess database) {
        return Flyway.configure()
                .dataSource(
                        database.url(),
                        database.ownerUsername(),
                        database.ownerPassword().reveal(Purpose.STORE))
                .placeholders(Map.of("runtime_role", database.username()));
    }
}
