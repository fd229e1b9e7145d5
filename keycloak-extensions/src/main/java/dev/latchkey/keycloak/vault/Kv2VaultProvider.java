package dev.latchkey.keycloak.vault;

import java.util.List;
import org.keycloak.vault.AbstractVaultProvider;
import org.keycloak.vault.DefaultVaultRawSecret;
import org.keycloak.vault.VaultKeyResolver;
import org.keycloak.vault.VaultRawSecret;

/** One realm's view of {@link Kv2Secrets}; Keycloak's own resolvers keep the realms apart. */
final class Kv2VaultProvider extends AbstractVaultProvider {

    private final Kv2Secrets secrets;

    Kv2VaultProvider(Kv2Secrets secrets, String realm, List<VaultKeyResolver> resolvers) {
        super(realm, resolvers);
        this.secrets = secrets;
    }

    @Override
    protected VaultRawSecret obtainSecretInternal(String name) {
        return DefaultVaultRawSecret.forBuffer(secrets.read(name));
    }

    @Override
    public void close() {}
}
