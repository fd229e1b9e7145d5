package dev.latchkey.readiness.risk;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/** What the role that the broker works as could do, asked of the database itself, and how the broker gets there. */
@Singleton
final class DatabaseCheck implements ReadinessCheck {

    private static final Logger LOG = Logger.getLogger(DatabaseCheck.class);
    private static final int PATIENCE_SECONDS = 5;
    private static final Pattern THIS_MACHINE =
            Pattern.compile("jdbc:postgresql://(?:localhost|127(?:\\.[0-9]{1,3}){3}|\\[::1])(?::[0-9]+)?/.*");
    private static final Pattern PROVEN = Pattern.compile(".*[?&]sslmode=verify-full(?:&.*)?");
    private static final String TOO_MUCH = """
            select rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls
                or has_schema_privilege(current_user, current_schema(), 'create')
                or has_table_privilege(current_user, 'audit_event', 'update, delete, truncate')
                or exists (select from pg_class where relnamespace = current_schema()::regnamespace
                    and relkind = 'r' and pg_has_role(current_user, relowner, 'member'))
            from pg_roles where rolname = current_user""";

    private final DataSource database;
    private final Config config;

    DatabaseCheck(DataSource database, Config config) {
        this.database = database;
        this.config = config;
    }

    @Override
    public List<Finding> look() {
        List<Finding> all = new ArrayList<>(ofTheRole());
        all.add(Finding.of(
                Risk.EMBEDDED_DATABASE,
                config.getOptionalValue(Risk.EMBEDDED_MARK, Boolean.class).orElse(false)));
        return List.copyOf(all);
    }

    private List<Finding> ofTheRole() {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(PATIENCE_SECONDS);
            try (ResultSet row = statement.executeQuery(TOO_MUCH)) {
                boolean tooMuch = !row.next() || row.getBoolean(1);
                boolean plain = isPlain(connection.getMetaData().getURL());
                return List.of(Finding.of(Risk.DATABASE_ROLE, tooMuch), Finding.of(Risk.PLAIN_DATABASE, plain));
            }
        } catch (SQLException e) {
            LOG.warn("the database cannot be asked about its role", e);
            return List.of(new Finding.NotKnown(Risk.DATABASE_ROLE), new Finding.NotKnown(Risk.PLAIN_DATABASE));
        }
    }

    /** Whether the way leaves this machine without proof of who is at its end. */
    static boolean isPlain(String url) {
        return !THIS_MACHINE.matcher(url).matches() && !PROVEN.matcher(url).matches();
    }
}
