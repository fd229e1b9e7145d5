package dev.latchkey.caller.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.Configs;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AppsConfigTest {

    @Test
    void keepsOldSecretsForADayByDefault() {
        assertThat(Configs.of(AppsConfig.class, Map.of()).oldSecretLifetime()).isEqualTo(Duration.ofDays(1));
    }

    @Test
    void takesEveryKey() {
        AppsConfig config = Configs.of(AppsConfig.class, Map.of("latchkey.apps.old-secret-lifetime", "PT0S"));

        assertThat(config.oldSecretLifetime()).isZero();
    }
}
