package dev.latchkey.boot;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.secret.Purpose;
import dev.latchkey.testkit.TestDatabase;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.api.Test;

class SchemaAtStartTest {

    private final DatabaseAccess database = TestDatabase.direct();

    @Test
    void refusesADatabaseWithoutASchema() {
        assertThatThrownBy(() -> start(false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("lacks the migrations 1, 2, 3,")
                .hasMessageContaining("latchkey.database.migrate-at-start")
                .hasMessageContaining("migrate");
    }

    @Test
    void refusesASchemaThatIsBehindAndNamesWhatIsMissing() {
        owner().target("4").load().migrate();

        assertThatThrownBy(() -> start(false)).hasMessageContaining("lacks the migrations 5, 6,");
    }

    @Test
    void runsOnTheSchemaOfThisBuild() {
        owner().load().migrate();

        assertThatCode(() -> start(false)).doesNotThrowAnyException();
    }

    @Test
    void runsOnANewerSchema() throws SQLException {
        owner().load().migrate();
        try (Connection connection = DriverManager.getConnection(
                        database.url(),
                        database.ownerUsername(),
                        database.ownerPassword().reveal(Purpose.STORE));
                Statement statement = connection.createStatement()) {
            statement.execute("insert into flyway_schema_history (installed_rank, version, description, type, script,"
                    + " checksum, installed_by, execution_time, success)"
                    + " values (1000, '1000', 'later', 'SQL', 'V1000__later.sql', 1, 'owner', 1, true)");
        }

        assertThatCode(() -> start(false)).doesNotThrowAnyException();
    }

    @Test
    void leavesTheSchemaToTheMigrationOfThisStart() {
        assertThatCode(() -> start(true)).doesNotThrowAnyException();
    }

    private void start(boolean migrate) {
        Map<String, String> keys = new HashMap<>(database.asProperties());
        keys.put("latchkey.database.migrate-at-start", Boolean.toString(migrate));
        DatabaseConfig config = new SmallRyeConfigBuilder()
                .withMapping(DatabaseConfig.class)
                .withDefaultValues(keys)
                .build()
                .getConfigMapping(DatabaseConfig.class);
        new SchemaAtStart().atStart(new StartupEvent(), config, TestDatabase.dataSource(database));
    }

    private FluentConfiguration owner() {
        return Flyway.configure()
                .dataSource(
                        database.url(),
                        database.ownerUsername(),
                        database.ownerPassword().reveal(Purpose.STORE))
                .placeholders(Map.of("runtime_role", database.username()));
    }
}
