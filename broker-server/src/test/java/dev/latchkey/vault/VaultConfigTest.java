package dev.latchkey.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VaultConfigTest {

    @Test
    void hasSafeDefaults() {
        VaultConfig config = read(Map.of());

        assertThat(config.kind()).isEqualTo(VaultConfig.Kind.LOCAL);
        assertThat(config.keyset()).isEqualTo(Path.of("./data/keyset.json"));
        assertThat(config.poolSize()).isEqualTo(10);
        assertThat(config.rotateKeyAtStart()).isFalse();
        assertThat(config.compareAtStart()).isFalse();
        assertThat(config.moveLocalAtStart()).isFalse();
    }

    @Test
    void keepsTheKeysetInTheDataFolder() {
        assertThat(read(Map.of("latchkey.data", "/srv/latchkey")).keyset())
                .isEqualTo(Path.of("/srv/latchkey/keyset.json"));
    }

    @Test
    void readsEveryKey() {
        VaultConfig config = read(Map.of(
                "latchkey.vault.kind", "kv2",
                "latchkey.vault.compare-at-start", "true",
                "latchkey.vault.move-local-at-start", "true",
                "latchkey.vault.pool-size", "3",
                "latchkey.vault.keyset", "/run/keys/keyset.json",
                "latchkey.vault.rotate-key-at-start", "true"));

        assertThat(config.kind()).isEqualTo(VaultConfig.Kind.KV2);
        assertThat(config.keyset()).isEqualTo(Path.of("/run/keys/keyset.json"));
        assertThat(config.poolSize()).isEqualTo(3);
        assertThat(config.rotateKeyAtStart()).isTrue();
        assertThat(config.compareAtStart()).isTrue();
        assertThat(config.moveLocalAtStart()).isTrue();
    }

    @Test
    void refusesUnknownStore() {
        assertThatThrownBy(() -> read(Map.of("latchkey.vault.kind", "memory")))
                .hasMessageContaining("latchkey.vault.kind");
    }

    private static VaultConfig read(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withMapping(VaultConfig.class)
                .withDefaultValues(values)
                .build()
                .getConfigMapping(VaultConfig.class);
    }
}
