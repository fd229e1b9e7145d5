package dev.latchkey.vault;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;

/** Makes the store that is configured the one that everybody is given; the others are never built. */
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
