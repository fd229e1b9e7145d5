package dev.latchkey.caller.authentication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.Configs;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdminConfigTest {

    @Test
    void setsNoPasswordByDefault() {
        assertThat(Configs.of(AdminConfig.class, Map.of()).password()).isEmpty();
    }

    @Test
    void takesEveryKey() {
        AdminConfig config = Configs.of(AdminConfig.class, Map.of("latchkey.admin.password", "a b"));

        assertThat(config.password()).contains("a b");
    }
}
