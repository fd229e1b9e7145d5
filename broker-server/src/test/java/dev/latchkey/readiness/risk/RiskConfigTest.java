package dev.latchkey.readiness.risk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testkit.Configs;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RiskConfigTest {

    @Test
    void isNotProductionByDefaultAndAcceptsNothing() {
        RiskConfig config = Configs.of(RiskConfig.class, Map.of());

        assertThat(config.production()).isFalse();
        assertThat(config.accepted()).isEmpty();
    }

    @Test
    void takesEveryKey() {
        RiskConfig config = Configs.of(
                RiskConfig.class,
                Map.of(
                        "latchkey.readiness.production", "true",
                        "latchkey.readiness.accepted", "plain-vault,loopback"));

        assertThat(config.production()).isTrue();
        assertThat(config.accepted().orElseThrow()).containsExactlyInAnyOrder(Risk.PLAIN_VAULT, Risk.LOOPBACK);
    }

    @Test
    void refusesARiskThatDoesNotExist() {
        assertThatThrownBy(() -> Configs.of(RiskConfig.class, Map.of("latchkey.readiness.accepted", "everything"))
                        .accepted())
                .hasMessageContaining("everything");
    }
}
