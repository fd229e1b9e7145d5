package dev.latchkey.refresh;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.CredentialCodec;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Step 7: brings a renewed credential to safety, whatever is down. The only copy is in memory until then, so this does not
 * give up: the vault, else the journal, else both again (R22, R23). Thread-safe.
 */
@ApplicationScoped
class Safekeeping {

    private static final Logger LOG = Logger.getLogger(Safekeeping.class);
    /** A vault that stumbles is tried this often before the journal is. */
    private static final int STUMBLES = 3;

    /** The slowest cases matter most, so the buckets reach up to the length of an outage. */
    private static final Duration[] BUCKETS = Stream.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10_000, 60_000)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final int MOST_DOUBLINGS = 5;

    private final CredentialVault vault;
    private final RefreshJournal journal;
    private final LeaseRows leases;
    private final MeterRegistry meters;

    Safekeeping(CredentialVault vault, RefreshJournal journal, LeaseRows leases, MeterRegistry meters) {
        this.vault = vault;
        this.journal = journal;
        this.leases = leases;
        this.meters = meters;
    }

    /** Where the credential is now. */
    sealed interface Outcome {

        /** In the vault, at a version. */
        record Stored(int version) implements Outcome {}

        /** In the journal, because the vault could not be written. */
        record Journalled() implements Outcome {}

        /** Nowhere: somebody newer was there, or the connection has ended. */
        record Superseded() implements Outcome {}

        /** Nowhere, and never: it is larger than what a store takes (R44). */
        record TooLarge() implements Outcome {}
    }

    /**
     * Opens the residual window: the partner's answer is here, to its last byte, and is nowhere else. Who dies before
     * {@link #keep} closes it takes the only copy along.
     */
    Timer.Sample openWindow() {
        return Timer.start(meters);
    }

    /** Returns when the credential is safe. The check-and-set on {@code expected} is the fence (R6). */
    Outcome keep(LeaseRows.Lease lease, Credential credential, int expected, Timer.Sample window) {
        Outcome outcome = keep(lease, credential, expected);
        String where = switch (outcome) {
            case Outcome.Stored stored -> "stored";
            case Outcome.Journalled journalled -> "journalled";
            case Outcome.Superseded superseded -> "superseded";
            case Outcome.TooLarge tooLarge -> "too_large";
        };
        window.stop(Timer.builder("latchkey.refresh.residual.window")
                .description("From the partner's answer to its safekeeping: who dies here takes the only copy along")
                .tag("outcome", where)
                .serviceLevelObjectives(BUCKETS)
                .register(meters));
        return outcome;
    }

    private Outcome keep(LeaseRows.Lease lease, Credential credential, int expected) {
        for (int failures = 0; ; failures++) {
            try {
                return write(lease.connection(), credential, expected);
            } catch (RuntimeException e) {
                if (isTooLarge(e)) {
                    return new Outcome.TooLarge();
                }
                LOG.warnf(e, "the renewed credential of %s is not in the vault yet", lease.connection());
            }
            if (failures >= STUMBLES && journalled(lease, credential, expected)) {
                return new Outcome.Journalled();
            }
            LockSupport.parkNanos(FIRST_PAUSE.toNanos() << Math.min(failures, MOST_DOUBLINGS));
            prolong(lease);
        }
    }

    /** One write; that somebody else's version is there may also mean that an earlier write of ours did land. */
    Outcome write(UUID connection, Credential credential, int expected) {
        VaultPath path = VaultPath.connection(connection);
        try {
            return new Outcome.Stored(vault.write(path, CredentialCodec.encode(credential), expected));
        } catch (VersionConflictException e) {
            Optional<StoredRecord> there = vault.read(path, expected + 1); // a conflict proves as much
            if (there.filter(stored -> stored.version() <= expected).isPresent()) {
                throw new BrokerException(
                        ProblemType.VAULT_UNAVAILABLE, "The vault contradicts itself."); // a standby lags
            }
            return there.filter(stored -> Spent.same(credential, CredentialCodec.decode(stored.fields())))
                    .<Outcome>map(stored -> new Outcome.Stored(stored.version()))
                    .orElseGet(Outcome.Superseded::new);
        }
    }

    private boolean journalled(LeaseRows.Lease lease, Credential credential, int expected) {
        try {
            journal.keep(lease.connection(), expected, credential);
            return true;
        } catch (RuntimeException e) {
            LOG.errorf(e, "the renewed credential of %s is in memory only", lease.connection());
            return false;
        }
    }

    /** Only spares others a look: what counts is the version in the vault. */
    private void prolong(LeaseRows.Lease lease) {
        try {
            leases.prolong(lease);
        } catch (RuntimeException e) {
            LOG.debugf(e, "the lease of %s runs out", lease.connection());
        }
    }

    private static boolean isTooLarge(RuntimeException failure) {
        return failure instanceof BrokerException problem && problem.type() == ProblemType.PAYLOAD_TOO_LARGE;
    }
}
