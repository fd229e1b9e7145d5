package dev.latchkey.nonce;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NonceConfigTest {

    @Test
    void pinsTheDefaults() {
        NonceConfig config = read(Map.of());

        assertThat(config.patience()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.mostWaiting()).isEqualTo(1000);
    }

    @Test
    void readsEveryKey() {
        NonceConfig config = read(Map.of("latchkey.nonces.patience", "PT3S", "latchkey.nonces.most-waiting", "7"));

        assertThat(config.patience()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.mostWaiting()).isEqualTo(7);
    }

    private static NonceConfig read(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withMapping(NonceConfig.class)
                .withSources(new PropertiesConfigSource(values, "test", 100))
                .addDiscoveredConverters()
                .build()
                .getConfigMapping(NonceConfig.class);
    }
}
