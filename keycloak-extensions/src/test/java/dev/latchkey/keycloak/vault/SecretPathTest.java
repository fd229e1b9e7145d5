package dev.latchkey.keycloak.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretPathTest {

    private static final Map<String, String> OPTIONS =
            Map.of("address", "https://vault.example", "roleId", "role", "secretIdFile", "/run/secret-id");

    @ParameterizedTest
    @ValueSource(strings = {"master_smtp", "a", "realm-1_idp.client", "A__b"})
    void knowsNames(String name) {
        assertThat(SecretPath.of(settings(Map.of()), name)).contains("latchkey-keycloak/data/keycloak/" + name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "../x",
                "a/b",
                "a\\b",
                "a..b",
                "%2e%2e",
                "a%2fb",
                "a?b",
                "a#b",
                "a b",
                "a*",
                "+",
                "a\nb",
                "\u0000",
                "a;b",
                "ä",
                "${vault.x}"
            })
    @DisplayName("R40 a name that could lead to another path is none, before any call")
    void refusesNames(String name) {
        assertThat(SecretPath.of(settings(Map.of()), name)).isEmpty();
        assertThat(SecretPath.of(settings(Map.of()), "a".repeat(201))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "/x", "x/", "x//y", "x?y", "X%2f", "a/b/c/d/e/f/g"})
    @DisplayName("R40 neither mount nor prefix leads elsewhere")
    void refusesPaths(String path) {
        assertThatThrownBy(() -> settings(Map.of("mount", path))).hasMessageContaining("mount");
        assertThatThrownBy(() -> settings(Map.of("prefix", path))).hasMessageContaining("prefix");
    }

    @Test
    @DisplayName("what is missing or insecure stops the start, naming the option")
    void namesWhatIsWrong() {
        assertThatThrownBy(() -> settings(Map.of("address", "http://vault.example")))
                .hasMessageContaining("spi-vault--latchkey-kv2--address");
        assertThatThrownBy(() -> settings(Map.of("roleId", " "))).hasMessageContaining("roleId is missing");
        assertThatThrownBy(() -> settings(Map.of("auth", "jwt"))).hasMessageContaining("role is missing");
        assertThatThrownBy(() -> settings(Map.of("auth", "token"))).hasMessageContaining("auth");
    }

    private static Kv2Settings settings(Map<String, String> changes) {
        Map<String, String> options = new HashMap<>(OPTIONS);
        options.putAll(changes);
        return Kv2Settings.of(options::get);
    }
}
