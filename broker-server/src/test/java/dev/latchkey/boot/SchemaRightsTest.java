package dev.latchkey.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testkit.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class SchemaRightsTest {

    private static final String INSERT = """
            insert into audit_event (id, actor, actor_type, action, outcome, request_id, source_ip)
            values (gen_random_uuid(), 'app-1', 'app', 'token_handed_out', 'success', 'r-1', '127.0.0.1')
            """;
    private static final String PERMISSION_DENIED = "42501";

    @Inject
    DataSource dataSource;

    @Test
    @DisplayName("the migrations have run, as the owner")
    void migrationsHaveRun() throws SQLException {
        assertThat(query("select count(*) from flyway_schema_history where success and version = '1'"))
                .isEqualTo("1");
        assertThat(query("select tableowner from pg_tables where tablename = 'audit_event'"))
                .isEqualTo("latchkey_owner");
        assertThat(query("select current_user")).isEqualTo("latchkey_runtime");
    }

    @Test
    @DisplayName("R175 the runtime role adds and reads audit rows")
    void addsAndReadsAuditRows() throws SQLException {
        execute(INSERT);

        assertThat(query("select count(*) > 0 from audit_event")).isEqualTo("t");
    }

    @ParameterizedTest
    @DisplayName("R175 the runtime role cannot change what the audit log holds")
    @ValueSource(
            strings = {
                "update audit_event set actor = 'nobody'",
                "delete from audit_event",
                "truncate audit_event",
                "alter table audit_event disable trigger all",
                "alter table audit_event drop column actor",
                "drop table audit_event",
                "create trigger t before insert on audit_event execute function suppress_redundant_updates_trigger()",
                "create rule r as on insert to audit_event do instead nothing",
                "grant update on audit_event to latchkey_runtime; update audit_event set actor = 'nobody'",
                "set role latchkey_owner",
                "set session_replication_role = replica",
                "create table mine (id int)",
                "create temporary table mine (id int)",
                "select pg_read_file('postgresql.conf')",
                "copy audit_event to program 'cat'",
                "delete from flyway_schema_history",
                "create role other superuser",
                "alter role latchkey_runtime createdb",
                "create database other"
            })
    void refusesToChangeTheAuditLog(String sql) throws SQLException {
        execute(INSERT);

        assertThatThrownBy(() -> execute(sql))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(PERMISSION_DENIED));
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String query(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }
}
