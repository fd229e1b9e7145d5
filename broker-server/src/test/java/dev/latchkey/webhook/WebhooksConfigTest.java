package dev.latchkey.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.Configs;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WebhooksConfigTest {

    @Test
    void hasBoundsByDefault() {
        WebhooksConfig config = Configs.of(WebhooksConfig.class, Map.of());

        assertThat(config.wrongPaths()).isEqualTo(20);
        assertThat(config.auditedRefusals()).isEqualTo(10);
    }

    @Test
    void takesEveryKey() {
        WebhooksConfig config = Configs.of(
                WebhooksConfig.class,
                Map.of("latchkey.webhooks.wrong-paths", "3", "latchkey.webhooks.audited-refusals", "4"));

        assertThat(config.wrongPaths()).isEqualTo(3);
        assertThat(config.auditedRefusals()).isEqualTo(4);
    }
}
