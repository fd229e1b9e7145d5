package dev.latchkey.audit;

import static org.awaitility.Awaitility.await;

import dev.latchkey.boot.DatabaseAccess;
import dev.latchkey.secret.Purpose;
import dev.latchkey.testkit.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;

/** A group-committing writer on a real database, and the owner's hands on that database. */
record AuditFixture(DatabaseAccess database, AuditWriter writer, AuditReader reader, SimpleMeterRegistry metrics)
        implements AutoCloseable {

    static final Actor APP = new Actor(Actor.Type.APP, "shop", "req-1", "192.0.2.7");

    static AuditFixture open(Duration patience, int queue) {
        DatabaseAccess database = Shared.DATABASE;
        DataSource dataSource = TestDatabase.dataSource(database);
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        AuditConfig config = new AuditConfig() {
            @Override
            public Duration patience() {
                return patience;
            }

            @Override
            public int queue() {
                return queue;
            }
        };
        AuditWriter writer = new AuditWriter(dataSource, config, metrics);
        AuditFixture fixture = new AuditFixture(database, writer, new AuditReader(dataSource), metrics);
        fixture.asOwner("truncate audit_event, connection, partner cascade");
        writer.start();
        return fixture;
    }

    @Override
    public void close() {
        writer.stop();
    }

    boolean write(AuditEvent event) {
        return writer.write(new AuditBatch.Entry(event, java.util.Optional.empty()));
    }

    boolean write(AuditEvent event, long guard) {
        return writer.write(new AuditBatch.Entry(event, java.util.Optional.of(guard)));
    }

    List<AuditRow> rows() {
        return reader.find(AuditFilter.parse(Map.of())).items();
    }

    double count(String counter) {
        return metrics.counter("latchkey.audit." + counter).count();
    }

    UUID connection(String status, long version) {
        UUID id = UUID.randomUUID();
        asOwner("insert into partner (id, catalog, name, created_by) values ('p', 'oauth2', 'P', 'admin')"
                + " on conflict do nothing");
        asOwner("insert into connection (id, partner, owner, status, requested_scopes, requested_methods, scopes,"
                + " methods, requested_by, requested_by_app, version) values ('" + id + "', 'p', 'o', '" + status
                + "', '{}', '{}', '{}', '{}', 'shop', true, " + version + ")");
        return id;
    }

    void asOwner(String sql) {
        try (Connection connection = ownerConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    Connection ownerConnection() throws SQLException {
        return DriverManager.getConnection(
                database.url(),
                database.ownerUsername(),
                database.ownerPassword().reveal(Purpose.DIGEST));
    }

    /** Waits until a statement of the writer is blocked by a lock. */
    void awaitBlockedWriter(Connection owner) {
        awaitBlockedWriter(owner, () -> {});
    }

    /** The same; whenever it is not, something else is done. */
    void awaitBlockedWriter(Connection owner, Runnable otherwise) {
        await().atMost(Duration.ofSeconds(60))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    boolean blocked = isWriterBlocked(owner);
                    if (!blocked) {
                        otherwise.run();
                    }
                    return blocked;
                });
    }

    private static boolean isWriterBlocked(Connection owner) throws SQLException {
        try (PreparedStatement select = owner.prepareStatement(
                        "select 1 from pg_locks where not granted and relation = 'audit_event'::regclass");
                ResultSet rows = select.executeQuery()) {
            return rows.next();
        }
    }

    private static final class Shared {
        static final DatabaseAccess DATABASE = TestDatabase.migrated();
    }
}
