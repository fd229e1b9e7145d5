package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.testkit.Configs;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RenewalsTest {

    @Test
    @DisplayName("R24 the end of the process waits for the longest call, and for its answer to be stored")
    void drainsForTheLongestCall() {
        assertThat(drain(Map.of())).isEqualTo(Duration.ofSeconds(20));
        assertThat(drain(Map.of("latchkey.outbound.deadline", "PT1M"))).isEqualTo(Duration.ofSeconds(70));
    }

    private static Duration drain(Map<String, String> keys) {
        return Renewals.drain(Configs.of(OutboundConfig.class, keys));
    }
}
