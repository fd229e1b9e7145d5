package dev.latchkey.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AuditConfigTest {

    @Test
    void hasSafeDefaults() {
        AuditConfig config = read(Map.of());

        assertThat(config.patience()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.queue()).isEqualTo(10_000);
    }

    @Test
    void readsEveryKey() {
        AuditConfig config = read(Map.of("latchkey.audit.patience", "PT2S", "latchkey.audit.queue", "7"));

        assertThat(config.patience()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.queue()).isEqualTo(7);
    }

    private static AuditConfig read(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withMapping(AuditConfig.class)
                .withDefaultValues(values)
                .build()
                .getConfigMapping(AuditConfig.class);
    }
}
