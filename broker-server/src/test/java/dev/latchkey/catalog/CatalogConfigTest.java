package dev.latchkey.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CatalogConfigTest {

    @Test
    void pinsTheDefaults() {
        assertThat(read(Map.of()).folder()).isEmpty();
    }

    @Test
    void readsEveryKey() {
        assertThat(read(Map.of("latchkey.catalog.folder", "/etc/latchkey/catalog"))
                        .folder())
                .contains(Path.of("/etc/latchkey/catalog"));
    }

    private static CatalogConfig read(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withMapping(CatalogConfig.class)
                .withSources(new PropertiesConfigSource(values, "test", 100))
                .addDiscoveredConverters()
                .build()
                .getConfigMapping(CatalogConfig.class);
    }
}
