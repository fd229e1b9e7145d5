package dev.latchkey.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.secret.Secret;
import io.smallrye.config.SmallRyeConfigBuilder;
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
        assertThat(config.ownerUsername()).isEqualTo("owner");
        assertThat(config.ownerPassword()).isEqualTo("two");
    }

    @ParameterizedTest
    @ValueSource(strings = {"url", "username", "password", "owner-username", "owner-password"})
    void hasNoDefaults(String key) {
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
