package dev.latchkey.vault;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;

/** Provides the configured store to all that need one; the other stores are never created. */
@ApplicationScoped
final class VaultSelection {

    @Produces
    @ApplicationScoped
    CredentialVault configured(VaultConfig config, @Any Instance<CredentialVault> stores) {
        return stores.select(Identifier.Literal.of(config.kind().wireName())).get();
    }

    /** A broker without its secrets does not start. */
    void atStart(@Observes StartupEvent event, CredentialVault vault) {
        vault.checkUsable();
    }
}
