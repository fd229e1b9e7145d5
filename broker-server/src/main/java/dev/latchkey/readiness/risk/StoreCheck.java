package dev.latchkey.readiness.risk;

import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.VaultConfig;
import dev.latchkey.vault.kv2.Kv2Config;
import jakarta.inject.Singleton;
import java.util.List;

/** Where secrets are kept, and how the broker gets there. */
@Singleton
final class StoreCheck implements ReadinessCheck {

    private final VaultConfig config;
    private final Kv2Config kv2;
    private final CredentialVault vault;

    StoreCheck(VaultConfig config, Kv2Config kv2, CredentialVault vault) {
        this.config = config;
        this.kv2 = kv2;
        this.vault = vault;
    }

    @Override
    public List<Finding> look() {
        boolean local = config.kind() == VaultConfig.Kind.LOCAL;
        boolean plain = kv2.allowPlainHttp()
                && kv2.address()
                        .filter(address -> "http".equals(address.getScheme()))
                        .isPresent();
        boolean bare = kv2.login() == Kv2Config.Login.APPROLE && !kv2.secretIdWrapped();
        return List.of(
                Finding.of(Risk.LOCAL_STORE, local),
                Finding.of(Risk.PLAIN_VAULT, !local && plain),
                Finding.of(Risk.BARE_SECRET_ID, !local && bare),
                standbys());
    }

    private Finding standbys() {
        return switch (vault.staleReads()) {
            case NEVER -> new Finding.Fine(Risk.STANDBY_READS);
            case POSSIBLE -> new Finding.Present(Risk.STANDBY_READS);
            case NOT_KNOWN -> new Finding.NotKnown(Risk.STANDBY_READS);
        };
    }
}
