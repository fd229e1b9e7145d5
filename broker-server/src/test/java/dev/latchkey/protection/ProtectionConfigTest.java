package dev.latchkey.protection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.Configs;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProtectionConfigTest {

    @Test
    void pinsTheDefaults() {
        ProtectionConfig config = Configs.of(ProtectionConfig.class, Map.of());

        assertThat(config.breakerCalls()).isEqualTo(20);
        assertThat(config.breakerFailures()).isEqualTo(50);
        assertThat(config.breakerPause()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.callsAtOnce()).isEqualTo(200);
        assertThat(config.patience()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void readsEveryKey() {
        ProtectionConfig config = Configs.of(
                ProtectionConfig.class,
                Map.of(
                        "latchkey.protection.breaker-calls", "40",
                        "latchkey.protection.breaker-failures", "80",
                        "latchkey.protection.breaker-pause", "PT1M",
                        "latchkey.protection.calls-at-once", "7",
                        "latchkey.protection.patience", "PT1S"));

        assertThat(config.breakerCalls()).isEqualTo(40);
        assertThat(config.breakerFailures()).isEqualTo(80);
        assertThat(config.breakerPause()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.callsAtOnce()).isEqualTo(7);
        assertThat(config.patience()).isEqualTo(Duration.ofSeconds(1));
    }
}
