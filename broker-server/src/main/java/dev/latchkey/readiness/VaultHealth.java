package dev.latchkey.readiness;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.vault.CredentialVault;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Ready only while the secret store can be read and written. Says up or down and nothing else. Each look writes to the
 * store and to its audit log, so that one serves all who ask within some seconds, and all who ask while it is under way.
 */
@Readiness
@Singleton
final class VaultHealth implements HealthCheck {

    /** How long an outcome is good for. */
    static final Duration GOOD_FOR = Duration.ofSeconds(2);

    private static final Logger LOG = Logger.getLogger(VaultHealth.class);
    private static final String NAME = "vault";

    private final CredentialVault vault;
    private final LongSupplier nanos;
    private @Nullable Outcome last;

    @Inject
    VaultHealth(CredentialVault vault) {
        this(vault, System::nanoTime);
    }

    /**
     * The same, for those who are told otherwise what time it is.
     *
     * @param nanos the length of time since some moment, as {@link System#nanoTime}
     */
    VaultHealth(CredentialVault vault, LongSupplier nanos) {
        this.vault = vault;
        this.nanos = nanos;
    }

    @Override
    public synchronized HealthCheckResponse call() {
        Outcome known = last;
        if (known == null || nanos.getAsLong() - known.at() >= GOOD_FOR.toNanos()) {
            HealthCheckResponse found = look();
            known = new Outcome(found, nanos.getAsLong());
            last = known;
        }
        return known.response();
    }

    private HealthCheckResponse look() {
        try {
            vault.checkUsable();
            return HealthCheckResponse.up(NAME);
        } catch (BrokerException e) {
            LOG.warn("the secret store cannot be used", e);
            return HealthCheckResponse.down(NAME);
        }
    }

    /** What was found, and when. */
    private record Outcome(HealthCheckResponse response, long at) {}
}
