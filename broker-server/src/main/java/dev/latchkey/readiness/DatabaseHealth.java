package dev.latchkey.readiness;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Ready only while the database answers and takes writes, which a standby does not (R45). Says up or down and nothing
 * else; the log has the reason.
 */
@Readiness
@Singleton
final class DatabaseHealth implements HealthCheck {

    private static final Logger LOG = Logger.getLogger(DatabaseHealth.class);
    private static final String NAME = "database";
    private static final int PATIENCE_SECONDS = 3;

    private final DataSource database;

    DatabaseHealth(DataSource database) {
        this.database = database;
    }

    @Override
    public HealthCheckResponse call() {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(PATIENCE_SECONDS);
            if (isWritable(statement)) {
                return HealthCheckResponse.up(NAME);
            }
            LOG.warn("the database takes no writes");
            return HealthCheckResponse.down(NAME);
        } catch (SQLException e) {
            LOG.warn("the database cannot be used", e);
            return HealthCheckResponse.down(NAME);
        }
    }

    private static boolean isWritable(Statement statement) throws SQLException {
        try (ResultSet answer = statement.executeQuery(
                "select current_setting('transaction_read_only') = 'off' and not pg_is_in_recovery()")) {
            return answer.next() && answer.getBoolean(1);
        }
    }
}
