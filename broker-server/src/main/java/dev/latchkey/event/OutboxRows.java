package dev.latchkey.event;

import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Table {@code event_delivery}, by the database's clock. {@link #add} is part of the caller's transaction; every other
 * method is a statement of its own, so that no transaction is open while an app is called. Thread-safe.
 */
@ApplicationScoped
class OutboxRows {

    private static final String ADD = """
            insert into event_delivery (app, connection, type, partner, body)
            select a.id, c.id, ?, c.partner, ?
            from connection c join app a on a.id in (
                select g.app from connection_grant g where g.connection = c.id
                union select c.requested_by where c.requested_by_app)
            where c.id = ? and a.events_url is not null
            """;

    private static final String LIVE = "status in ('active', 'needs_reauth')";

    private static final String LIVE_CONNECTIONS =
            "select id from connection where partner = ? and " + LIVE + " limit ?";

    private static final String ADD_OF_PARTNER = """
            insert into event_delivery (app, connection, type, partner, body)
            select a.id, cast(? as uuid), 'partner.event', ?, ?
            from app a
            where a.events_url is not null and a.id in (
                select g.app from connection_grant g join connection c on c.id = g.connection
                where c.partner = ? and c.%s)
            """.formatted(LIVE);

    /**
     * The oldest of each connection only, and of what one registration's partner sent; and no more of one app than leaves
     * room for the others.
     */
    private static final String CLAIM = """
            with ready as (
                select e.seq, row_number() over (partition by e.app order by e.due_at, e.seq) as place
                from event_delivery e
                where e.status = 'pending' and e.due_at <= now()
                    and (e.claimed_until is null or e.claimed_until < now())
                    and not exists (
                        select 1 from event_delivery earlier
                        where earlier.app = e.app and earlier.connection = e.connection
                            and earlier.status = 'pending' and earlier.seq < e.seq)
                    and not (e.type = 'partner.event' and exists (
                        select 1 from event_delivery earlier
                        where earlier.app = e.app and earlier.partner = e.partner and earlier.type = 'partner.event'
                            and earlier.status = 'pending' and earlier.seq < e.seq))
            ), chosen as (select seq from ready where place <= ? order by place, seq limit ?)
            update event_delivery e
            set claimed_until = now() + ? * interval '1 millisecond', attempts = attempts + 1
            from app a
            where e.seq in (select seq from chosen) and a.id = e.app
                and e.status = 'pending' and (e.claimed_until is null or e.claimed_until < now())
            returning e.id, e.app, a.events_url, e.body, e.attempts
            """;

    private static final String DELIVERED = "delete from event_delivery where id = ?";

    /** The last attempt is made when the time is over, not a whole pause before. */
    private static final String FAILED = """
            update event_delivery set claimed_until = null, last_failure = ?,
                status = case when coalesce(replayed_at, created_at) + interval '24 hours' <= now()
                    then 'dead' else 'pending' end,
                due_at = least(now() + ? * interval '1 millisecond',
                    coalesce(replayed_at, created_at) + interval '24 hours')
            where id = ? and attempts = ? and status = 'pending'
            returning status
            """;

    private final DataSource database;

    OutboxRows(DataSource database) {
        this.database = database;
    }

    /** Adds the event for each app that has to do with the connection and takes events. */
    void add(String type, UUID connection, String body) {
        try (Connection sql = database.getConnection();
                PreparedStatement insert = sql.prepareStatement(ADD)) {
            insert.setString(1, type);
            insert.setString(2, body);
            insert.setObject(3, connection);
            insert.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("an event cannot be recorded", e);
        }
    }

    /** The connections of a registration that are in use, at most {@code most} of them. */
    List<UUID> liveConnections(String partner, int most) {
        try (Connection sql = database.getConnection();
                PreparedStatement select = sql.prepareStatement(LIVE_CONNECTIONS)) {
            select.setString(1, partner);
            select.setInt(2, most);
            try (ResultSet rows = select.executeQuery()) {
                List<UUID> found = new ArrayList<>();
                while (rows.next()) {
                    found.add(rows.getObject(1, UUID.class));
                }
                return found;
            }
        } catch (SQLException e) {
            throw new IllegalStateException("connections cannot be read", e);
        }
    }

    /** Adds a partner's message for each app with a grant on a live connection to it that takes events; how many. */
    int addOfPartner(String partner, Optional<UUID> connection, String body) {
        try (Connection sql = database.getConnection();
                PreparedStatement insert = sql.prepareStatement(ADD_OF_PARTNER)) {
            insert.setString(1, connection.map(UUID::toString).orElse(null));
            insert.setString(2, partner);
            insert.setString(3, body);
            insert.setString(4, partner);
            return insert.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("an event cannot be recorded", e);
        }
    }

    /** Claims events that are due; a claim that was neither kept nor settled ends by itself. */
    List<ClaimedEvent> claim(int mostOfAnApp, int most, Duration lease) {
        try (Connection sql = database.getConnection();
                PreparedStatement claim = sql.prepareStatement(CLAIM)) {
            claim.setInt(1, mostOfAnApp);
            claim.setInt(2, most);
            claim.setLong(3, lease.toMillis());
            try (ResultSet rows = claim.executeQuery()) {
                List<ClaimedEvent> claimed = new ArrayList<>();
                while (rows.next()) {
                    claimed.add(event(rows));
                }
                return claimed;
            }
        } catch (SQLException e) {
            throw new IllegalStateException("no events can be claimed", e);
        }
    }

    /** The app has it. Right also for a claim that ran out meanwhile. */
    void delivered(UUID id) {
        try (Connection sql = database.getConnection();
                PreparedStatement delete = sql.prepareStatement(DELIVERED)) {
            delete.setObject(1, id);
            delete.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("a delivery cannot be noted", e);
        }
    }

    /**
     * The attempt failed; it is tried again after the pause, or not any more if the event is older than 24 hours. Does
     * nothing if somebody else has claimed it meanwhile.
     *
     * @return whether the event is given up
     */
    boolean failed(ClaimedEvent event, String code, Duration pause) {
        try (Connection sql = database.getConnection();
                PreparedStatement update = sql.prepareStatement(FAILED)) {
            update.setString(1, code);
            update.setLong(2, pause.toMillis());
            update.setObject(3, event.id());
            update.setInt(4, event.attempt());
            try (ResultSet row = update.executeQuery()) {
                return row.next() && row.getString(1).equals("dead");
            }
        } catch (SQLException e) {
            throw new IllegalStateException("a failed delivery cannot be noted", e);
        }
    }

    private static ClaimedEvent event(ResultSet row) throws SQLException {
        return new ClaimedEvent(
                row.getObject(1, UUID.class),
                row.getString(2),
                Optional.ofNullable(row.getString(3)).map(URI::create),
                row.getString(4),
                row.getInt(5));
    }
}
