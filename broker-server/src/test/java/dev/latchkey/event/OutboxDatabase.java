package dev.latchkey.event;

import dev.latchkey.testkit.TestDatabase;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGSimpleDataSource;

/** A migrated database of its own, used as the runtime role, with one partner. */
final class OutboxDatabase {

    private final PGSimpleDataSource source = new PGSimpleDataSource();

    OutboxDatabase() throws SQLException {
        Map<String, String> access = TestDatabase.fresh().asProperties();
        String url = access.get("latchkey.database.url");
        String runtime = access.get("latchkey.database.username");
        Flyway.configure()
                .dataSource(
                        url,
                        access.get("latchkey.database.owner-username"),
                        access.get("latchkey.database.owner-password"))
                .placeholders(Map.of("runtime_role", runtime))
                .load()
                .migrate();
        source.setURL(url);
        source.setUser(runtime);
        source.setPassword(access.get("latchkey.database.password"));
        run("insert into partner (id, catalog, name, created_by) values ('bank', 'oauth2', 'Bank', 'ann')");
    }

    DataSource source() {
        return source;
    }

    /** An app that takes events at the URL, or none if that is empty. */
    void app(String id, String eventsUrl) throws SQLException {
        run(
                "insert into app (id, name, return_urls, events_url, secret_sha256, created_by)"
                        + " values (?, 'App', '{}', nullif(?, ''), '', 'ann')",
                id,
                eventsUrl);
    }

    /** An active connection that the app asked for; it has no grant yet. */
    UUID connection(String askedBy) throws SQLException {
        UUID id = UUID.randomUUID();
        run(
                "insert into connection (id, partner, owner, status, requested_scopes, requested_methods, scopes,"
                        + " methods, requested_by, requested_by_app)"
                        + " values (?, 'bank', 'u1', 'active', '{}', '{}', '{}', '{}', ?, true)",
                id,
                askedBy);
        return id;
    }

    void grant(UUID connection, String app) throws SQLException {
        run("insert into connection_grant (connection, app, created_by) values (?, ?, 'ann')", connection, app);
    }

    void run(String sql, Object... parameters) throws SQLException {
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.execute();
        }
    }

    /** The pauses of the product, each an hour longer: nothing comes due by itself while a test runs. */
    static Backoff hourLater() {
        return new Backoff(new SecureRandom()) {
            @Override
            Duration after(int attempt) {
                return super.after(attempt).plusHours(1);
            }
        };
    }

    /** The first column of the first row as text. */
    String query(String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                ResultSet rows = connection.createStatement().executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : "";
        }
    }

    /**
     * What waits for its next attempt waits no longer. Locks in one order, so that several callers at once do not wait for
     * each other.
     */
    void makeDue() throws SQLException {
        run("with waiting as (select seq from event_delivery order by seq for update)"
                + " update event_delivery e set due_at = now() from waiting where e.seq = waiting.seq");
    }
}
