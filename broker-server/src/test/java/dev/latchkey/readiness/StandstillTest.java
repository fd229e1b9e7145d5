package dev.latchkey.readiness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StandstillTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "latchkey.refresh.stores-at-once",
                "latchkey.refresh.ahead-concurrency",
                "latchkey.refresh.ahead-batch",
                "latchkey.protection.calls-at-once",
                "latchkey.database.pool-size",
                "latchkey.vault.pool-size",
                "latchkey.vault.kv2.calls",
                "latchkey.audit.queue",
                "latchkey.nonces.most-waiting",
                "latchkey.limits.app-rate",
                "latchkey.outbound.max-stream"
            })
    void refusesNoPlaceAtAll(String key) {
        assertRefused(key, "0");
        assertRefused(key, "-3");
        assertTaken(key, "1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "latchkey.refresh.ahead-pause",
                "latchkey.outbound.deadline",
                "latchkey.audit.patience",
                "latchkey.database.pool-wait",
                "latchkey.vault.kv2.timeout",
                "latchkey.http.body-timeout"
            })
    void refusesNoTimeAtAll(String key) {
        assertRefused(key, "PT0S");
        assertRefused(key, "-PT3S");
        assertTaken(key, "PT0.5S");
    }

    @ParameterizedTest
    @CsvSource({
        "latchkey.http.drain, PT0S, -PT1S",
        "latchkey.apps.old-secret-lifetime, PT0S, -PT1S",
        "latchkey.protection.patience, PT0S, -PT1S",
        "latchkey.webhooks.audited-refusals, 0, -1",
        "latchkey.http.port, 0, -1"
    })
    void takesNothingWhereItMeansSomething(String key, String nothing, String less) {
        assertTaken(key, nothing);
        assertRefused(key, less);
    }

    @Test
    void namesAllKeysAndNoValue() {
        Map<String, String> both = Map.of(
                "latchkey.refresh.stores-at-once", "-31337", "latchkey.outbound.deadline", "PT0S", "other.key", "0");

        assertThatThrownBy(() -> check(both))
                .hasMessage("too small: latchkey.outbound.deadline, latchkey.refresh.stores-at-once");
    }

    @Test
    void takesTheDefaultsAndListsOnlyKeysThatThereAre() {
        Map<String, String> defaults = new TreeMap<>();
        KnownKeys.mappings()
                .forEach(mapping -> ConfigMappings.getProperties(ConfigClass.configClass(mapping)).entrySet().stream()
                        .filter(property -> property.getValue().hasDefaultValue())
                        .forEach(property -> defaults.put(
                                property.getKey(), property.getValue().getDefaultValue())));

        assertThat(defaults).containsKey("latchkey.refresh.stores-at-once");
        assertThatCode(() -> check(defaults)).doesNotThrowAnyException();
        assertThat(Standstill.keys().keySet())
                .containsAll(Standstill.MAY_BE_ZERO)
                .doesNotContain("latchkey.outbound.ports", "latchkey.outbound.allow-loopback");
    }

    private static void assertRefused(String key, String value) {
        assertThatThrownBy(() -> check(Map.of(key, value)))
                .as(key + "=" + value)
                .hasMessageContaining(key)
                .hasMessageNotContaining(value);
    }

    private static void assertTaken(String key, String value) {
        assertThatCode(() -> check(Map.of(key, value))).as(key + "=" + value).doesNotThrowAnyException();
    }

    private static void check(Map<String, String> properties) {
        new Standstill(new SmallRyeConfigBuilder()
                        .withSources(new PropertiesConfigSource(properties, "test", 100))
                        .build())
                .check(new StartupEvent());
    }
}
