package dev.latchkey.readiness;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.vault.CredentialVault;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/** Ready only while the secret store can be read and written. Says up or down and nothing else. */
@Readiness
@Singleton
final class VaultHealth implements HealthCheck {

    private static final Logger LOG = Logger.getLogger(VaultHealth.class);
    private static final String NAME = "vault";

    private final CredentialVault vault;

    VaultHealth(CredentialVault vault) {
        this.vault = vault;
    }

    @Override
    public HealthCheckResponse call() {
        try {
            vault.checkUsable();
            return HealthCheckResponse.up(NAME);
        } catch (BrokerException e) {
            LOG.warn("the secret store cannot be used", e);
            return HealthCheckResponse.down(NAME);
        }
    }
}
