package dev.latchkey.caller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.Configs;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LimitsConfigTest {

    @Test
    void allowsTwentyFailuresByDefault() {
        assertThat(Configs.of(LimitsConfig.class, Map.of()).failedAuthentications())
                .isEqualTo(20);
    }

    @Test
    void takesEveryKey() {
        LimitsConfig config = Configs.of(LimitsConfig.class, Map.of("latchkey.limits.failed-authentications", "3"));

        assertThat(config.failedAuthentications()).isEqualTo(3);
    }
}
