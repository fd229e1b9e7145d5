package dev.latchkey.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.secret.Secret;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseConfigTest {

    private static final DatabaseAccess ACCESS = new DatabaseAccess(
            "jdbc:postgresql://db.example.org/latchkey", "runtime", Secret.of("one"), "owner", Secret.of("two"));

    @Test
    void readsWhatTheEmbeddedDatabaseSets() {
        DatabaseConfig config = read(ACCESS.asProperties());

        assertThat(config.url()).isEqualTo(ACCESS.url());
        assertThat(config.username()).isEqualTo("runtime");
        assertThat(config.password()).isEqualTo("one");
        assertThat(config.ownerUsername()).contains("owner");
        assertThat(config.ownerPassword()).contains("two");
    }

    @Test
    void pinsTheDefaults() {
        DatabaseConfig config = read(Map.of(
                "latchkey.database.url", ACCESS.url(),
                "latchkey.database.username", "runtime",
                "latchkey.database.password", "one"));

        assertThat(config.ownerUrl()).isEmpty();
        assertThat(config.ownerUsername()).isEmpty();
        assertThat(config.ownerPassword()).isEmpty();
        assertThat(config.migrateAtStart()).isTrue();
        assertThat(config.poolSize()).isEqualTo(20);
        assertThat(config.poolWait()).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void readsEveryFurtherKey() {
        Map<String, String> values = new HashMap<>(ACCESS.asProperties());
        values.put("latchkey.database.owner-url", "jdbc:postgresql://db2.example.org/latchkey");
        values.put("latchkey.database.migrate-at-start", "false");
        values.put("latchkey.database.pool-size", "7");
        values.put("latchkey.database.pool-wait", "PT1S");

        DatabaseConfig config = read(values);

        assertThat(config.ownerUrl()).contains("jdbc:postgresql://db2.example.org/latchkey");
        assertThat(config.migrateAtStart()).isFalse();
        assertThat(config.poolSize()).isEqualTo(7);
        assertThat(config.poolWait()).isEqualTo(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"url", "username", "password"})
    void hasNoDefaultForHowToReachTheServer(String key) {
        Map<String, String> values = new HashMap<>(ACCESS.asProperties());
        values.remove("latchkey.database." + key);

        assertThatThrownBy(() -> read(values)).hasMessageContaining("latchkey.database." + key);
    }

    private static DatabaseConfig read(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withMapping(DatabaseConfig.class)
                .withDefaultValues(values)
                .build()
                .getConfigMapping(DatabaseConfig.class);
    }
}
