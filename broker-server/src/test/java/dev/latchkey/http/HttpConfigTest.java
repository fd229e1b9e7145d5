package dev.latchkey.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.Configs;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HttpConfigTest {

    @Test
    void listensOnLoopbackByDefault() {
        HttpConfig config = Configs.of(HttpConfig.class, Map.of());

        assertThat(config.host()).isEqualTo("127.0.0.1");
        assertThat(config.port()).isEqualTo(8080);
        assertThat(config.publicUrl()).isEmpty();
        assertThat(config.bodyTimeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.managementPort()).isEmpty();
        assertThat(config.drain()).isZero();
    }

    @Test
    void takesEveryKey() {
        HttpConfig config = Configs.of(
                HttpConfig.class,
                Map.of(
                        "latchkey.http.host", "0.0.0.0",
                        "latchkey.http.port", "8443",
                        "latchkey.http.public-url", "https://broker.example.org",
                        "latchkey.http.body-timeout", "PT5S",
                        "latchkey.http.management-port", "9000",
                        "latchkey.http.drain", "PT5S"));

        assertThat(config.host()).isEqualTo("0.0.0.0");
        assertThat(config.port()).isEqualTo(8443);
        assertThat(config.publicUrl()).contains(URI.create("https://broker.example.org"));
        assertThat(config.bodyTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.managementPort()).contains(9000);
        assertThat(config.drain()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    @DisplayName("R24 the drain is how long the framework serves on after SIGTERM")
    void handsTheDrainToTheFramework() throws IOException {
        URL broker = Objects.requireNonNull(HttpConfig.class.getResource("/application.properties"));
        SmallRyeConfigBuilder builder =
                new SmallRyeConfigBuilder().addDefaultInterceptors().withSources(new PropertiesConfigSource(broker));

        assertThat(builder.build().getRawValue("quarkus.shutdown.delay")).isEqualTo("0s");
        assertThat(builder.withDefaultValue("latchkey.http.drain", "PT4S")
                        .build()
                        .getRawValue("quarkus.shutdown.delay"))
                .isEqualTo("PT4S");
    }
}
