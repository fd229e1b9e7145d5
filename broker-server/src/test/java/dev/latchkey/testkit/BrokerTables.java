package dev.latchkey.testkit;

import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** The running broker's tables as a test sees them: it looks behind the API, and shifts times that it cannot wait for. */
public final class BrokerTables {

    private final DataSource database;

    public BrokerTables(DataSource database) {
        this.database = database;
    }

    /** Changes rows, each of which must be one; {@code ?} stands for the values. */
    public void change(String sql, Object... values) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = prepared(connection, sql, values)) {
            if (statement.executeUpdate() == 0) {
                throw new AssertionError("no row changed by " + sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Lets a job of the broker run at the scheduler's next look, which is within a second, unless it runs just now. */
    public void hurry(String job) {
        texts(
                "update scheduled_tasks set execution_time = now() where task_name = ? and not picked returning task_name",
                job);
    }

    /**
     * Keeps a job of the broker from running by itself, once it does not run just now, until it is hurried. A scheduler that
     * found it due a moment ago picks the version which it found, and that is another one now.
     */
    public void holdBack(String job) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> !texts(
                                "update scheduled_tasks set execution_time = now() + interval '1 hour', version = version + 1"
                                        + " where task_name = ? and not picked returning task_name",
                                job)
                        .isEmpty());
    }

    /** The first column as texts. */
    public List<String> texts(String sql, Object... values) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = prepared(connection, sql, values);
                ResultSet rows = statement.executeQuery()) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The tables with a row that shows the text, in the clear or as bytes. */
    public List<String> tablesHolding(String text) {
        String bytes = HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
        return texts("select table_name from information_schema.tables where table_schema = 'public'").stream()
                .filter(table -> !texts(
                                "select 1 from \"" + table
                                        + "\" r where position(? in r::text) > 0 or position(? in r::text) > 0",
                                text,
                                bytes)
                        .isEmpty())
                .toList();
    }

    /** The paths in the local vault that name a connection, each with the number of its versions. */
    public List<String> vaultPathsOf(String connection) {
        return texts(
                "select path || ' ' || count(*) from local_vault where path like '%/' || ? group by path", connection);
    }

    /** Runs a statement as the owner of the schema, which the broker itself is not. */
    public void asOwner(String sql) {
        Config config = ConfigProvider.getConfig();
        try (Connection connection = DriverManager.getConnection(
                        config.getValue("latchkey.database.url", String.class),
                        config.getValue("latchkey.database.owner-username", String.class),
                        config.getValue("latchkey.database.owner-password", String.class));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PreparedStatement prepared(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }
}
