package dev.latchkey.caller.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.Configs;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LimitsConfigTest {

    @Test
    void limitsFailuresOnlyByDefault() {
        LimitsConfig config = Configs.of(LimitsConfig.class, Map.of());

        assertThat(config.appRate()).isEmpty();
        assertThat(config.failedAuthentications()).isEqualTo(20);
        assertThat(config.wrongPartnerCalls()).isEqualTo(10);
    }

    @Test
    void takesEveryKey() {
        LimitsConfig config = Configs.of(
                LimitsConfig.class,
                Map.of(
                        "latchkey.limits.app-rate", "2",
                        "latchkey.limits.failed-authentications", "3",
                        "latchkey.limits.wrong-partner-calls", "4"));

        assertThat(config.appRate()).hasValue(2);
        assertThat(config.failedAuthentications()).isEqualTo(3);
        assertThat(config.wrongPartnerCalls()).isEqualTo(4);
    }
}
