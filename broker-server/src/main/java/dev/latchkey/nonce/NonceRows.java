package dev.latchkey.nonce;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Table {@code nonce_lane}: which process may send with a key, until when by the database's clock, and up to which number
 * nonces may have been used. Each method is a statement or two of its own: no connection and no transaction is held while
 * somebody waits or a partner is called (R48); there are no advisory locks (R49). Thread-safe.
 */
@ApplicationScoped
class NonceRows {

    /** How many nonces are reserved ahead, before one of them is used. Unused ones are given back or skipped. */
    static final int BLOCK = 1000;

    /** What is left of a crashed owner's block is skipped; a free lane is kept for who asked first. */
    private static final String TAKE = """
            insert into nonce_lane as lane (key_fingerprint, owner, lease_until, reserved_up_to)
            values (?, ?, now() + ? * interval '1 millisecond', ?::bigint + 1000)
            on conflict (key_fingerprint) do update set
                owner = excluded.owner, lease_until = excluded.lease_until, epoch = lane.epoch + 1,
                reserved_up_to = greatest(lane.reserved_up_to + 1000, excluded.reserved_up_to),
                next_owner = null, next_until = null
            where (lane.lease_until is null or lane.lease_until < now())
                and (lane.next_owner is null or lane.next_owner = excluded.owner or lane.next_until < now())
            returning epoch, reserved_up_to
            """;

    /** The first who asks is next; to be repeated while it waits, so that a dead one is soon forgotten. */
    private static final String ASK = """
            update nonce_lane set next_owner = ?, next_until = now() + interval '500 milliseconds'
            where key_fingerprint = ? and (next_owner is null or next_owner = ? or next_until < now())
            """;

    private static final String RENEW = """
            update nonce_lane set lease_until = now() + ? * interval '1 millisecond', reserved_up_to = ?::bigint + 1000
            where key_fingerprint = ? and owner = ? and epoch = ? and lease_until > now()
                and (? or next_owner is null or next_until < now())
            """;

    private static final String PROLONG = """
            update nonce_lane set lease_until = now() + ? * interval '1 millisecond'
            where key_fingerprint = ? and owner = ? and epoch = ? and lease_until > now()
            """;

    private static final String GIVE_BACK = """
            update nonce_lane set owner = null, lease_until = null, reserved_up_to = ?
            where key_fingerprint = ? and owner = ? and epoch = ?
            """;

    private final DataSource database;

    NonceRows(DataSource database) {
        this.database = database;
    }

    /**
     * The right to send with a key.
     *
     * @param epoch grows with each owner; the fence
     * @param reservedUpTo the last nonce that may be used; the first one is {@link #BLOCK} less, and one
     */
    record Lease(String keyFingerprint, UUID owner, long epoch, long reservedUpTo) {}

    /** Takes the lane if it is free; nobody's nonces and none up to {@code floor} are in its block. */
    Optional<Lease> take(String keyFingerprint, UUID owner, long floor, Duration length) {
        try (Connection sql = database.getConnection()) {
            try (PreparedStatement take = sql.prepareStatement(TAKE)) {
                take.setString(1, keyFingerprint);
                take.setObject(2, owner);
                take.setLong(3, length.toMillis());
                take.setLong(4, floor);
                try (ResultSet row = take.executeQuery()) {
                    if (row.next()) {
                        return Optional.of(new Lease(keyFingerprint, owner, row.getLong(1), row.getLong(2)));
                    }
                }
            }
            ask(sql, keyFingerprint, owner);
            return Optional.empty();
        } catch (SQLException e) {
            throw new IllegalStateException("a lane cannot be taken", e);
        }
    }

    private static void ask(Connection sql, String keyFingerprint, UUID owner) throws SQLException {
        try (PreparedStatement ask = sql.prepareStatement(ASK)) {
            ask.setObject(1, owner);
            ask.setString(2, keyFingerprint);
            ask.setObject(3, owner);
            ask.executeUpdate();
        }
    }

    /**
     * Begins the lease anew with a block above {@code floor}, which is not below any nonce used; empty if the lease is
     * lost, or if somebody else asked for the lane and that matters.
     */
    OptionalLong renew(Lease lease, long floor, Duration length, boolean evenIfAsked) {
        try (Connection sql = database.getConnection();
                PreparedStatement renew = sql.prepareStatement(RENEW)) {
            renew.setLong(1, length.toMillis());
            renew.setLong(2, floor);
            renew.setString(3, lease.keyFingerprint());
            renew.setObject(4, lease.owner());
            renew.setLong(5, lease.epoch());
            renew.setBoolean(6, evenIfAsked);
            return renew.executeUpdate() > 0 ? OptionalLong.of(floor + BLOCK) : OptionalLong.empty();
        } catch (SQLException e) {
            throw new IllegalStateException("a lane cannot be kept", e);
        }
    }

    /** Lets a lease that is still held last longer, and changes nothing else. */
    void prolong(Lease lease, Duration length) {
        try (Connection sql = database.getConnection();
                PreparedStatement prolong = sql.prepareStatement(PROLONG)) {
            prolong.setLong(1, length.toMillis());
            prolong.setString(2, lease.keyFingerprint());
            prolong.setObject(3, lease.owner());
            prolong.setLong(4, lease.epoch());
            prolong.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("a lane cannot be kept", e);
        }
    }

    /** Gives the lane back, and what was not used of its block; nothing happens if somebody else has it. */
    void giveBack(Lease lease, long lastUsed) {
        try (Connection sql = database.getConnection();
                PreparedStatement free = sql.prepareStatement(GIVE_BACK)) {
            free.setLong(1, lastUsed);
            free.setString(2, lease.keyFingerprint());
            free.setObject(3, lease.owner());
            free.setLong(4, lease.epoch());
            free.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("a lane cannot be given back", e);
        }
    }
}
