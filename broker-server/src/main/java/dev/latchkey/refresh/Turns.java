package dev.latchkey.refresh;

import dev.latchkey.connection.Connection;
import dev.latchkey.connection.Connections;
import dev.latchkey.handshake.Handshakes;
import dev.latchkey.partner.Partner;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.protection.Protection;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * Step 1: one owner of a connection's lease after the other. Who comes second waits for what the first one brings, without
 * holding anything of the database meanwhile. Thread-safe.
 */
@ApplicationScoped
class Turns {

    /** Looks of 100 to 200 ms: about ten seconds, which is how long a caller waits anyway. */
    private static final int MOST_LOOKS = 66;

    private static final int LOOK_MILLIS = 100;

    private final LeaseRows leases;
    private final Connections connections;
    private final Handshakes handshakes;
    private final Protection protection;
    private final SecureRandom random;

    Turns(
            LeaseRows leases,
            Connections connections,
            Handshakes handshakes,
            Protection protection,
            SecureRandom random) {
        this.leases = leases;
        this.connections = connections;
        this.handshakes = handshakes;
        this.protection = protection;
        this.random = random;
    }

    /**
     * A lease.
     *
     * @param lease the right to renew
     * @param servedMeanwhile whether another process has stored a renewal while we waited
     */
    record Turn(LeaseRows.Lease lease, boolean servedMeanwhile) {}

    /**
     * Waits for the lease of an active connection.
     *
     * @throws BrokerException {@code refresh_in_progress} if it takes too long; what the one before us ended with
     */
    Turn await(UUID id) {
        refuseWhilePaused(id);
        Optional<LeaseRows.Lease> atOnce = leases.take(id);
        if (atOnce.isPresent()) {
            return new Turn(atOnce.get(), false);
        }
        Optional<Instant> before = require(id).credential().expiresAt();
        for (int look = 0; look < MOST_LOOKS; look++) {
            LockSupport.parkNanos((LOOK_MILLIS + random.nextInt(LOOK_MILLIS)) * 1_000_000L);
            Optional<LeaseRows.Lease> lease = leases.take(id);
            if (lease.isPresent()) {
                boolean served = !lease.get().tokenExpiresAt().equals(before);
                return served ? new Turn(lease.get(), true) : unlessPaused(lease.get());
            }
            require(id);
        }
        throw RefreshProtocol.inProgress();
    }

    /** The one before us failed: its pause is ours. */
    private Turn unlessPaused(LeaseRows.Lease lease) {
        try {
            refuseWhilePaused(lease.connection());
        } catch (BrokerException e) {
            leases.release(lease);
            throw e;
        }
        return new Turn(lease, false);
    }

    /** Before anything is prepared that would not be sent. */
    void refuseWhileSpared(Partner partner) {
        protection.refusal(partner.recipient()).ifPresent(refusal -> {
            throw refusal;
        });
    }

    private void refuseWhilePaused(UUID id) {
        leases.pauseLeft(id).ifPresent(left -> {
            refuseWhileSpared(handshakes.partner(require(id).partner()));
            throw new BrokerException(ProblemType.PARTNER_UNAVAILABLE, "The partner could not be used just now.")
                    .retryAfter(left);
        });
    }

    /** The connection, as long as it is one that can be renewed. */
    private Connection require(UUID id) {
        Connection connection = connections.find(id).orElseThrow(BrokerException::notFound);
        return switch (connection.status()) {
            case ACTIVE -> connection;
            case REVOKED -> throw BrokerException.notFound();
            case NEEDS_REAUTH ->
                throw RefreshProtocol.needsReauth(connection.reason().orElse("invalid_grant"));
            default ->
                throw new BrokerException(ProblemType.CONNECTION_NOT_ACTIVE, "The connection is not active.")
                        .with("connection_status", connection.status().wireName());
        };
    }
}
