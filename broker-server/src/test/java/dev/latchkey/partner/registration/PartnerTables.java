package dev.latchkey.partner.registration;

import static org.awaitility.Awaitility.await;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.config.Config;

/** Looks at the tables, and puts rows there, as their owner. */
@ApplicationScoped
class PartnerTables {

    @Inject
    Config config;

    List<String> audit(String partner) {
        return strings(
                "select action || ' ' || actor || ' ' || outcome from audit_event where partner = ? order by seq",
                partner);
    }

    /** Every row of every table as text, the vault's ciphertext included. */
    String dump() {
        List<String> tables =
                strings("select table_name from information_schema.tables where table_schema = ?", "public");
        StringBuilder all = new StringBuilder();
        for (String table : tables) {
            strings("select t::text from " + table + " t where ? is not null", "x")
                    .forEach(all::append);
        }
        return all.toString();
    }

    UUID addConnection(String partner, String status) {
        UUID id = UUID.randomUUID();
        run("insert into connection (id, partner, owner, status, requested_scopes, requested_methods, scopes, methods,"
                + " requested_by, requested_by_app) values ('" + id + "', '" + partner + "', 'o', '" + status
                + "', '{}', '{}', '{}', '{}', 'admin', false)");
        return id;
    }

    void setStatus(UUID connection, String status) {
        run("update connection set status = '" + status + "' where id = '" + connection + "'");
    }

    /** One whose next attempt is an hour away, so that no job of the broker takes it. */
    void addRevocation(String partner, UUID connection) {
        run(
                "insert into pending_revocation (id, connection, partner, expires_at, retry_at) values (gen_random_uuid(), '"
                        + connection + "', '" + partner + "', now() + interval '1 hour', now() + interval '1 hour')");
    }

    void addPartner(String id) {
        run("insert into partner (id, catalog, name, created_at, created_by) values ('" + id
                + "', 'oidc', 'n', clock_timestamp(), 'admin')");
    }

    void removePartner(String id) {
        run("delete from partner where id = '" + id + "'");
    }

    /** Locks a registration's row, runs what is given, and lets go when so many others wait for a lock. */
    void hold(String id, int waiting, Runnable others) {
        try (Connection connection = owner()) {
            connection.setAutoCommit(false);
            try (PreparedStatement lock =
                    connection.prepareStatement("select 1 from partner where id = ? for update")) {
                lock.setString(1, id);
                lock.executeQuery();
            }
            others.run();
            await().atMost(Duration.ofSeconds(60)).until(() -> waiting() >= waiting);
            connection.rollback();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many wait for a lock in this database; another one of the same server may belong to another test. */
    int waiting() {
        return strings(
                        "select pid::text from pg_locks join pg_stat_activity using (pid)"
                                + " where not granted and datname = current_database() and ? <> ''",
                        "x")
                .size();
    }

    void blockAudit() {
        run("alter table audit_event add constraint blocked check (false) not valid");
    }

    void unblockAudit() {
        run("alter table audit_event drop constraint blocked");
    }

    private List<String> strings(String sql, String parameter) {
        List<String> found = new ArrayList<>();
        try (Connection connection = owner();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, parameter);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return found;
    }

    private void run(String sql) {
        try (Connection connection = owner();
                var statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection owner() throws SQLException {
        return DriverManager.getConnection(
                config.getValue("latchkey.database.url", String.class),
                config.getValue("latchkey.database.owner-username", String.class),
                config.getValue("latchkey.database.owner-password", String.class));
    }
}
