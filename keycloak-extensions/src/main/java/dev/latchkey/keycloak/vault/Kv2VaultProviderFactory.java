package dev.latchkey.keycloak.vault;

import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.vault.AbstractVaultProviderFactory;
import org.keycloak.vault.VaultProvider;

/**
 * Makes Keycloak know {@link Kv2VaultProvider}. Without an address there is none: then Keycloak says that no vault is
 * configured, as ever.
 */
public final class Kv2VaultProviderFactory extends AbstractVaultProviderFactory {

    private @Nullable Kv2Secrets secrets;

    @Override
    public String getId() {
        return "latchkey-kv2";
    }

    @Override
    public void init(Config.Scope config) {
        super.init(config);
        if (config.get("address") != null) {
            secrets = new Kv2Secrets(Kv2Settings.of(config::get), Clock.systemUTC());
        }
    }

    @Override
    public @Nullable VaultProvider create(KeycloakSession session) {
        Kv2Secrets known = secrets;
        return known == null ? null : new Kv2VaultProvider(known, getRealmName(session), keyResolvers);
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {}

    @Override
    public void close() {}
}
