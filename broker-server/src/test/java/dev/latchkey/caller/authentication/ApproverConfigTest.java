package dev.latchkey.caller.authentication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.Configs;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ApproverConfigTest {

    @Test
    void setsNoPasswordByDefault() {
        assertThat(Configs.of(ApproverConfig.class, Map.of()).password()).isEmpty();
    }

    @Test
    void takesEveryKey() {
        ApproverConfig config = Configs.of(ApproverConfig.class, Map.of("latchkey.approver.password", "a b"));

        assertThat(config.password()).contains("a b");
    }
}
