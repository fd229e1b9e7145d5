package dev.latchkey.webhook;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/** Table {@code webhook_seen}, by the database's clock. Thread-safe. */
@ApplicationScoped
class SeenMessages {

    /** Not against the looks of foreign keys, so that connections can be asked for meanwhile. */
    private static final String SERIALIZE = "select 1 from partner where id = ? for no key update";

    private static final String REMEMBER =
            "insert into webhook_seen (partner, mark_sha256) values (?, ?) on conflict do nothing";

    private static final String FORGET =
            "delete from webhook_seen where seen_at < now() - ? * interval '1 millisecond'";

    private final DataSource database;

    SeenMessages(DataSource database) {
        this.database = database;
    }

    /**
     * Lets the messages of one registration follow each other until the caller's transaction ends, on all replicas.
     *
     * @return false if the registration is gone
     */
    boolean serialize(String partner) {
        try (Connection sql = database.getConnection();
                PreparedStatement select = sql.prepareStatement(SERIALIZE)) {
            select.setString(1, partner);
            return select.executeQuery().next();
        } catch (SQLException e) {
            throw new IllegalStateException("messages cannot be put in order", e);
        }
    }

    /** Remembers the message, within the caller's transaction; false if it came before. */
    boolean remember(String partner, byte[] sha256) {
        try (Connection sql = database.getConnection();
                PreparedStatement insert = sql.prepareStatement(REMEMBER)) {
            insert.setString(1, partner);
            insert.setBytes(2, sha256);
            return insert.executeUpdate() > 0;
        } catch (SQLException e) {
            throw new IllegalStateException("a message cannot be remembered", e);
        }
    }

    /** Forgets what is older. */
    void forgetOlderThan(Duration age) {
        try (Connection sql = database.getConnection();
                PreparedStatement delete = sql.prepareStatement(FORGET)) {
            delete.setLong(1, age.toMillis());
            delete.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("messages cannot be forgotten", e);
        }
    }
}
