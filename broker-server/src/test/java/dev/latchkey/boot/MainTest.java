package dev.latchkey.boot;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

    @ParameterizedTest
    @DisplayName("who names a role of a server and no address, or has lost it in a shell, gets no empty database")
    @ValueSource(strings = {"username", "password", "owner-url", "owner-username", "owner-password"})
    void startsNoDatabaseForWhoHasAServer(String key) {
        assertThatThrownBy(() -> Main.refuseWhoHasAServer(config(Map.of("latchkey.database." + key, "kept-to-us"))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("latchkey.database.url is not set")
                .hasMessageContaining("latchkey.database." + key)
                .hasMessageNotContaining("kept-to-us");
    }

    @Test
    @DisplayName("without any of it the embedded database is what is wanted")
    void startsOneOfItsOwn() {
        assertThatCode(() -> Main.refuseWhoHasAServer(config(Map.of("latchkey.database.pool-size", "5"))))
                .doesNotThrowAnyException();
    }

    private static SmallRyeConfig config(Map<String, String> keys) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withSources(new PropertiesConfigSource(keys, "test", 100))
                .build();
    }
}
