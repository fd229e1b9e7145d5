package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.Configs;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RefreshConfigTest {

    @Test
    void pinsTheDefaults() {
        RefreshConfig config = Configs.of(RefreshConfig.class, Map.of());

        assertThat(config.ahead()).isTrue();
        assertThat(config.aheadPause()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.aheadBatch()).isEqualTo(200);
        assertThat(config.aheadConcurrency()).isEqualTo(8);
        assertThat(config.storesAtOnce()).isEqualTo(8);
        assertThat(config.holdTokens()).isTrue();
    }

    @Test
    void readsEveryKey() {
        RefreshConfig config = Configs.of(
                RefreshConfig.class,
                Map.of(
                        "latchkey.refresh.ahead", "false",
                        "latchkey.refresh.ahead-pause", "PT1M",
                        "latchkey.refresh.ahead-batch", "7",
                        "latchkey.refresh.ahead-concurrency", "3",
                        "latchkey.refresh.stores-at-once", "4",
                        "latchkey.refresh.hold-tokens", "false"));

        assertThat(config.ahead()).isFalse();
        assertThat(config.aheadPause()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.aheadBatch()).isEqualTo(7);
        assertThat(config.aheadConcurrency()).isEqualTo(3);
        assertThat(config.storesAtOnce()).isEqualTo(4);
        assertThat(config.holdTokens()).isFalse();
    }
}
