package dev.latchkey.refresh;

import dev.latchkey.connection.Connection;
import dev.latchkey.connection.Connections;
import dev.latchkey.handshake.Handshakes;
import dev.latchkey.partner.Partner;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.protection.Protection;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * Step 1: one owner of a connection's lease after the other. Who comes second waits for what the first one brings, without
 * holding anything of the database meanwhile. Thread-safe.
 */
@ApplicationScoped
class Turns {

    private static final int LOOK_MILLIS = 100;

    private final StoreShares shares;
    private final LeaseRows leases;
    private final RetryRows retries;
    private final IntentRows intents;
    private final RefreshJournal journal;
    private final Connections connections;
    private final Handshakes handshakes;
    private final Protection protection;
    private final SecureRandom random;

    Turns(
            StoreShares shares,
            LeaseRows leases,
            RetryRows retries,
            IntentRows intents,
            RefreshJournal journal,
            Connections connections,
            Handshakes handshakes,
            Protection protection,
            SecureRandom random) {
        this.shares = shares;
        this.leases = leases;
        this.retries = retries;
        this.intents = intents;
        this.journal = journal;
        this.connections = connections;
        this.handshakes = handshakes;
        this.protection = protection;
        this.random = random;
    }

    /**
     * A lease, and what its owner finds.
     *
     * @param lease the right to renew
     * @param share its place at the stores
     * @param connection as it stands
     * @param waiting what an earlier owner could not bring into the vault
     * @param open what an earlier owner announced, and nobody knows the outcome of
     * @param servedMeanwhile whether another process has stored a renewal while we waited
     */
    record Turn(
            LeaseRows.Lease lease,
            StoreShares.Share share,
            Connection connection,
            List<RefreshJournal.Entry> waiting,
            Optional<IntentRows.Intent> open,
            boolean servedMeanwhile)
            implements AutoCloseable {

        /** Gives the place back; the lease ends with what is noted. */
        @Override
        public void close() {
            share.close();
        }
    }

    /**
     * Waits for the lease of an active connection; where it has to be waited for, that happens without a
     * place at the stores.
     *
     * @throws BrokerException {@code refresh_in_progress} if it takes too long; what the one before us ended with
     */
    Turn await(UUID id) {
        // One limit for both the place and the lease, shorter than the time that shutdown waits for renewals.
        long end = System.nanoTime() + Renewals.PATIENCE.toNanos();
        Connection connection = connections.snapshot(id).orElseThrow(BrokerException::notFound);
        StoreShares.Share share = shares.await(connection.partner());
        try {
            return await(id, share, end);
        } catch (RuntimeException | Error e) {
            share.close();
            throw e;
        }
    }

    private Turn await(UUID id, StoreShares.Share share, long end) {
        Optional<Turn> atOnce = take(id, share, expiry -> false);
        if (atOnce.isPresent()) {
            return atOnce.get();
        }
        share.giveBack();
        refuseWhilePaused(id);
        Optional<Instant> before = require(id).credential().expiresAt();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos((LOOK_MILLIS + random.nextInt(LOOK_MILLIS)) * 1_000_000L);
            Optional<Turn> later = take(id, share, expiry -> !expiry.equals(before));
            if (later.isPresent()) {
                return later.get();
            }
            refuseWhilePaused(id); // the one before us failed: its pause is ours
            require(id);
        }
        throw RefreshProtocol.inProgress();
    }

    /** The lease first, in the same transaction as all looks: what they find was left by who had it before. */
    private Optional<Turn> take(UUID id, StoreShares.Share share, Predicate<Optional<Instant>> served) {
        return QuarkusTransaction.requiringNew().call(() -> leases.take(id).map(lease -> turn(lease, share, served)));
    }

    private Turn turn(LeaseRows.Lease lease, StoreShares.Share share, Predicate<Optional<Instant>> served) {
        UUID id = lease.connection();
        boolean left = leases.isSomethingLeft(id);
        if (left) {
            intents.closeFormerGrants(id);
        }
        return new Turn(
                lease,
                share,
                connections.at(id, lease.connectionVersion()).orElseThrow(BrokerException::notFound),
                left ? journal.of(id) : List.of(),
                left ? intents.open(id) : Optional.empty(),
                served.test(lease.tokenExpiresAt()));
    }

    /** Before anything is prepared that would not be sent. */
    void refuseWhileSpared(Partner partner) {
        protection.refusal(partner.recipient()).ifPresent(refusal -> {
            throw refusal;
        });
    }

    private void refuseWhilePaused(UUID id) {
        retries.pauseLeft(id).ifPresent(left -> {
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
