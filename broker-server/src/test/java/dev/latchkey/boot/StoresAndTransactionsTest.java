package dev.latchkey.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Fingerprinter;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.PublishedBroker;
import dev.latchkey.testkit.TestDatabase;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.local.KeysetRotation;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** How the stores stand to the transactions of those who use them, in the running application. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(PublishedBroker.class)
class StoresAndTransactionsTest {

    private static final Actor ACTOR = Actor.system("test", "run-1");

    @Inject
    AuditLog audit;

    @Inject
    CredentialVault vault;

    @Inject
    Fingerprinter fingerprinter;

    @Inject
    KeysetRotation rotation;

    @Inject
    DataSource dataSource;

    @Inject
    @io.quarkus.agroal.DataSource("vault")
    DataSource storePool;

    @Inject
    DatabaseConfig database;

    @ConfigProperty(name = "latchkey.data")
    String data;

    @Test
    @DisplayName("R168 an audit row is committed with the caller's change, or not at all")
    void auditsInTheCallersTransaction() throws SQLException {
        AuditEvent kept = event();
        AuditEvent undone = event();

        QuarkusTransaction.requiringNew().run(() -> audit.append(kept));
        QuarkusTransaction.begin();
        audit.append(undone);
        QuarkusTransaction.rollback();

        assertThat(rows(kept)).isEqualTo(1);
        assertThat(rows(undone)).isZero();
    }

    @Test
    @DisplayName("outside of a transaction a row is committed when the call returns")
    void auditsOutsideOfTransactions() throws SQLException {
        AuditEvent event = event();

        audit.append(event);

        assertThat(rows(event)).isEqualTo(1);
    }

    @Test
    @DisplayName("R168 when the row cannot be written, neither is the change")
    void undoesTheChangeWithoutItsRow() throws SQLException {
        VaultPath partner = VaultPath.partner("p-" + UUID.randomUUID());
        asOwner("revoke insert on audit_event from latchkey_runtime");
        try {
            assertThatThrownBy(() -> QuarkusTransaction.requiringNew().run(() -> {
                        execute("insert into local_user (name, password_hash) values ('" + partner.value() + "', '')");
                        audit.append(event());
                    }))
                    .isInstanceOfSatisfying(
                            BrokerException.class, e -> assertThat(e.type()).isEqualTo(ProblemType.STORE_UNAVAILABLE));
        } finally {
            asOwner("grant insert on audit_event to latchkey_runtime");
        }
        assertThat(count("select count(*) from local_user where name = ?", partner.value()))
                .isZero();
    }

    @Test
    @DisplayName("R104 a hand-out is not decided inside of a transaction")
    void refusesHandOutInTransaction() {
        AuditEvent event = event().connection(UUID.randomUUID());

        assertThatThrownBy(() -> QuarkusTransaction.requiringNew().run(() -> audit.appendIfCurrent(event, 1)))
                .isInstanceOf(IllegalStateException.class);
        assertThat(audit.appendIfCurrent(event, 1)).isFalse();
    }

    @Test
    @DisplayName("a write to the vault is done when it returns, whatever becomes of the caller's transaction")
    void writesToTheVaultBesideTransactions() throws Exception {
        VaultPath path = VaultPath.connection(UUID.randomUUID());
        SecretFields fields = SecretFields.of("refresh_token", Secret.of("value"));

        QuarkusTransaction.begin();
        execute("insert into local_user (name, password_hash) values ('" + path.value() + "', '')");
        vault.write(path, fields, CredentialVault.ABSENT);
        assertThat(vault.read(path)).contains(new StoredRecord(fields, 1));
        QuarkusTransaction.rollback();

        assertThat(vault.read(path)).contains(new StoredRecord(fields, 1));
        assertThat(count("select count(*) from local_user where name = ?", path.value()))
                .isZero();
    }

    @Test
    @DisplayName("R45 R46 one dead connection takes the idle ones of both pools with it, and none that is in use")
    @DisabledIfSystemProperty(named = "tests.pgbouncer", matches = "true", disabledReason = "these are the pooler's")
    void closesIdleConnectionsWithADeadOne() throws SQLException {
        try (Connection kept = dataSource.getConnection()) {
            int inUse = pid(kept);
            int store = idle(storePool, 1).getFirst();
            List<Integer> idle = idle(dataSource, 5);
            try (Statement statement = kept.createStatement()) {
                // this thread is given the last one again, and the pool looks at it if it was idle for a second
                statement.execute("select pg_terminate_backend(" + idle.getLast() + ")");
            }

            // a job of the broker's may have one of them at that moment
            await().atMost(Duration.ofSeconds(60))
                    .pollInSameThread()
                    .ignoreExceptions()
                    .pollInterval(Duration.ofMillis(1500))
                    .until(() -> !idle(dataSource, 1).isEmpty() && alive(List.of(store)) == 0 && alive(idle) <= 1);
            assertThat(pid(kept)).isEqualTo(inUse);
        }
    }

    @Test
    @DisplayName("the operator's switch rotates the key at the start, and says so in the audit log")
    void rotatesAtStart() throws SQLException {
        assertThat(count("select count(*) from audit_event where action = ?", "vault_key_rotated"))
                .isEqualTo(1);
    }

    @Test
    @DisplayName("keys are changed while the broker runs")
    void rotatesWhileRunning() {
        String mark = fingerprinter.fingerprint(Secret.of("token"));

        assertThat(rotation.rotate()).isPositive();

        assertThat(fingerprinter.fingerprint(Secret.of("token"))).isEqualTo(mark);
        assertThat(vault.read(VaultPath.installation("fingerprint-key"))).isPresent();
        assertThat(java.nio.file.Path.of(data, "keyset.json")).exists();
    }

    /** Takes so many connections at once, puts them back, and says which they were. */
    private static List<Integer> idle(DataSource pool, int number) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            List<Integer> pids = new ArrayList<>(number == 1 ? List.of() : idle(pool, number - 1));
            pids.add(pid(connection));
            return pids;
        }
    }

    private static int pid(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select pg_backend_pid()")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** How many of the server's processes are there; asked past the pools. */
    private long alive(List<Integer> pids) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(database.url(), database.username(), database.password());
                PreparedStatement select =
                        connection.prepareStatement("select count(*) from pg_stat_activity where pid = any (?)")) {
            select.setArray(1, connection.createArrayOf("int", pids.toArray()));
            ResultSet rows = select.executeQuery();
            rows.next();
            return rows.getLong(1);
        }
    }

    private static AuditEvent event() {
        return AuditEvent.of(ACTOR, AuditAction.LEASE_LOST);
    }

    private long rows(AuditEvent event) throws SQLException {
        return count(
                "select count(*) from audit_event where id::text = ?",
                event.id().toString());
    }

    private long count(String sql, String parameter) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, parameter);
            ResultSet rows = select.executeQuery();
            assertThat(rows.next()).isTrue();
            return rows.getLong(1);
        }
    }

    private void execute(String sql) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void asOwner(String sql) throws SQLException {
        Secret password = Secret.of(database.ownerPassword().orElseThrow());
        try (Connection connection = DriverManager.getConnection(
                        database.url(), database.ownerUsername().orElseThrow(), password.reveal(Purpose.DIGEST));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
