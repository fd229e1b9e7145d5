package dev.latchkey.nonce;

import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.secret.Fingerprinter;
import dev.latchkey.secret.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The lanes of all keys (R114, R115). A nonce is larger than every one that was given out for its key before, by any
 * process, across crashes, clock jumps and a restored database. As long as turns are held from before the nonce is
 * taken until the partner's response headers are there, the partner sees them in that order, too.
 *
 * <p>Thread-safe. {@link #next} belongs to the thread that took the turn.
 */
@ApplicationScoped
public class NonceLanes {

    /** The most nonces of one turn. */
    public static final int MOST_OF_A_TURN = NonceLane.MOST_OF_A_TURN;

    private final NonceRows rows;
    private final Fingerprinter fingerprints;
    private final Clock clock;
    private final NonceConfig config;
    private final Duration longestCall;
    private final UUID process = UUID.randomUUID();
    private final Map<String, NonceLane> lanes = new ConcurrentHashMap<>();

    NonceLanes(NonceRows rows, Fingerprinter fingerprints, Clock clock, NonceConfig config, OutboundConfig outbound) {
        this.rows = rows;
        this.fingerprints = fingerprints;
        this.clock = clock;
        this.config = config;
        this.longestCall = outbound.deadline();
    }

    /**
     * Waits until nobody else sends with this key, here or in another process, and keeps it so until the turn is closed.
     *
     * @throws dev.latchkey.problem.BrokerException {@code rate_limited} if the wait is too long; nothing was used then
     */
    public LaneTurn takeTurn(Secret key) {
        return lane(key).takeTurn();
    }

    /**
     * The next nonces of a key, in order: within the turn that this thread holds, or in a short turn of their own.
     *
     * @param count at most {@link #MOST_OF_A_TURN}
     * @throws dev.latchkey.problem.BrokerException {@code rate_limited} if there is no turn in time
     */
    public long[] next(Secret key, int count) {
        NonceLane lane = lane(key);
        if (lane.isHeldHere()) {
            return lane.next(count);
        }
        try (LaneTurn turn = lane.takeTurn()) {
            return lane.next(count);
        }
    }

    private NonceLane lane(Secret key) {
        return lanes.computeIfAbsent(
                fingerprints.fingerprint(key),
                mark -> new NonceLane(new LaneLease(rows, clock, longestCall, mark, process), config));
    }
}
