package dev.latchkey.partner.registration;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PartnersConfigTest {

    @Test
    @DisplayName("R75 leaves the addresses of built-in rows alone by default")
    void hasSafeDefaults() {
        assertThat(read(Map.of()).endpointOverrides()).isFalse();
        assertThat(read(Map.of()).oldWebhookSecretLifetime()).isEqualTo(Duration.ofHours(24));
        assertThat(read(Map.of()).oldClientSecretLifetime()).isEqualTo(Duration.ofHours(24));
    }

    @Test
    void readsEveryKey() {
        assertThat(read(Map.of("latchkey.partners.endpoint-overrides", "true")).endpointOverrides())
                .isTrue();
        assertThat(read(Map.of("latchkey.partners.old-webhook-secret-lifetime", "PT1H"))
                        .oldWebhookSecretLifetime())
                .isEqualTo(Duration.ofHours(1));
        assertThat(read(Map.of("latchkey.partners.old-client-secret-lifetime", "PT2H"))
                        .oldClientSecretLifetime())
                .isEqualTo(Duration.ofHours(2));
    }

    private static PartnersConfig read(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .withMapping(PartnersConfig.class)
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build()
                .getConfigMapping(PartnersConfig.class);
    }
}
