package dev.latchkey.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.outbound.guard.SsrfGuard;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutboundConfigTest {

    @Test
    void pinsTheDefaults() {
        OutboundConfig config = read(Map.of());

        assertThat(config.allowLoopback()).isFalse();
        assertThat(config.deadline()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.connectTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.maxBody()).isEqualTo(256 * 1024);
        assertThat(config.ports()).containsExactly(443);
        assertThat(config.maxStream()).isEqualTo(10 * 1024 * 1024);
        assertThat(config.streamIdle()).isEqualTo(Duration.ofSeconds(15));
        assertThat(config.streamLimit()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void readsEveryKey() {
        OutboundConfig config = read(Map.of(
                "latchkey.outbound.allow-loopback", "true",
                "latchkey.outbound.deadline", "PT4S",
                "latchkey.outbound.connect-timeout", "PT1S",
                "latchkey.outbound.max-body", "1000",
                "latchkey.outbound.max-stream", "2000",
                "latchkey.outbound.stream-idle", "PT2S",
                "latchkey.outbound.stream-limit", "PT9S",
                "latchkey.outbound.ports", "443,8443"));

        assertThat(config.allowLoopback()).isTrue();
        assertThat(config.deadline()).isEqualTo(Duration.ofSeconds(4));
        assertThat(config.connectTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.maxBody()).isEqualTo(1000);
        assertThat(config.ports()).containsExactlyInAnyOrder(443, 8443);
        assertThat(config.maxStream()).isEqualTo(2000);
        assertThat(config.streamIdle()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.streamLimit()).isEqualTo(Duration.ofSeconds(9));
        assertThat(new SsrfGuard(config).check("https://partner.example:8443/")).hasPort(8443);
    }

    private static OutboundConfig read(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withMapping(OutboundConfig.class)
                .withSources(new PropertiesConfigSource(values, "test", 100))
                .addDiscoveredConverters()
                .build()
                .getConfigMapping(OutboundConfig.class);
    }
}
