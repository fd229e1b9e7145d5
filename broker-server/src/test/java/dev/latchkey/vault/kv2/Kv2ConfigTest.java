package dev.latchkey.vault.kv2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Kv2ConfigTest {

    @Test
    void hasSafeDefaults() {
        Kv2Config config = Kv2Fixture.config(Map.of());

        assertThat(config.address()).isEmpty();
        assertThat(config.allowPlainHttp()).isFalse();
        assertThat(config.caFile()).isEmpty();
        assertThat(config.namespace()).isEmpty();
        assertThat(config.mount()).isEqualTo("latchkey");
        assertThat(config.timeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.calls()).isEqualTo(64);
        assertThat(config.login()).isEqualTo(Kv2Config.Login.APPROLE);
        assertThat(config.loginMount()).isEqualTo("approle");
        assertThat(config.role()).isEqualTo("latchkey-broker");
        assertThat(config.roleId()).isEmpty();
        assertThat(config.secretIdFile()).isEmpty();
        assertThat(config.secretIdWrapped()).isTrue();
        assertThat(config.secretIdFileRemove()).isFalse();
        assertThat(config.jwtFile()).isEmpty();
    }

    @Test
    void readsEveryKey() {
        Map<String, String> keys = new HashMap<>(Map.of(
                "address", "https://vault.example.org:8200",
                "allow-plain-http", "true",
                "ca-file", "/etc/ca.pem",
                "namespace", "team/a",
                "mount", "kv/latchkey",
                "timeout", "3s",
                "calls", "8",
                "login", "jwt",
                "role", "broker"));
        keys.putAll(Map.of(
                "role-id", "id", "secret-id-file", "/run/id", "secret-id-wrapped", "false", "jwt-file", "/run/jwt"));
        keys.put("secret-id-file-remove", "true");
        Kv2Config config = Kv2Fixture.config(keys);

        assertThat(config.address()).contains(URI.create("https://vault.example.org:8200"));
        assertThat(config.allowPlainHttp()).isTrue();
        assertThat(config.caFile()).contains(Path.of("/etc/ca.pem"));
        assertThat(config.namespace()).contains("team/a");
        assertThat(config.mount()).isEqualTo("kv/latchkey");
        assertThat(config.timeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.calls()).isEqualTo(8);
        assertThat(config.login()).isEqualTo(Kv2Config.Login.JWT);
        assertThat(config.loginMount()).isEqualTo("jwt");
        assertThat(config.role()).isEqualTo("broker");
        assertThat(config.roleId()).contains("id");
        assertThat(config.secretIdFile()).contains(Path.of("/run/id"));
        assertThat(config.secretIdWrapped()).isFalse();
        assertThat(config.secretIdFileRemove()).isTrue();
        assertThat(config.jwtFile()).contains(Path.of("/run/jwt"));
    }

    @ParameterizedTest
    @DisplayName("secrets travel in the clear only where a named property says that they may")
    @ValueSource(
            strings = {
                "http://vault.example.org:8200",
                "http://10.0.0.1:8200",
                "http://127.0.0.1.example.org",
                "http://localhost.example.org",
                "http://[::2]:8200"
            })
    void refusesPlainHttp(String address) {
        assertThatThrownBy(() -> Kv2Address.checked(Kv2Fixture.config(Map.of("address", address))))
                .hasMessageContaining("latchkey.vault.kv2.allow-plain-http");

        Kv2Config allowed = Kv2Fixture.config(Map.of("address", address, "allow-plain-http", "true"));
        assertThat(Kv2Address.checked(allowed)).isEqualTo(URI.create(address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://vault.example.org:8200/",
                "http://127.0.0.1:8200",
                "http://localhost:8200",
                "http://[::1]:8200"
            })
    void takesHttpsAndLoopback(String address) {
        assertThat(Kv2Address.checked(Kv2Fixture.config(Map.of("address", address)))
                        .getPath())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "address, ftp://vault.example.org, address",
        "address, https://user@vault.example.org, address",
        "address, https://vault.example.org/v1, address",
        "address, https://vault.example.org?x=1, address",
        "mount, ../sys, mount",
        "mount, a//b, mount",
        "mount, /latchkey, mount",
        "role, a/../b, role",
        "login-mount, a?b, login-mount",
        "namespace, ../x, namespace",
        "calls, 0, calls",
        "timeout, PT0S, timeout"
    })
    void refusesWhatIsNotSafe(String key, String value, String named) {
        Map<String, String> keys = new HashMap<>(Map.of("address", "https://vault.example.org"));
        keys.put(key, value);

        assertThatThrownBy(() -> Kv2Address.checked(Kv2Fixture.config(keys)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("latchkey.vault.kv2." + named);
    }

    @Test
    void refusesMissingAddress() {
        assertThatThrownBy(() -> Kv2Address.checked(Kv2Fixture.config(Map.of())))
                .hasMessageContaining("latchkey.vault.kv2.address");
    }

    @Test
    void refusesUnreadableCertificates(@TempDir Path folder) throws Exception {
        Path empty = Files.createFile(folder.resolve("ca.pem"));

        assertThatThrownBy(() -> Kv2Address.client(
                        Kv2Fixture.config(Map.of("address", "https://vault.example.org", "ca-file", empty.toString()))))
                .hasMessageContaining("latchkey.vault.kv2.ca-file");
    }

    @Test
    void neverFollowsARedirect() {
        assertThat(Kv2Address.client(Kv2Fixture.config(Map.of("address", "https://vault.example.org")))
                        .followRedirects())
                .isEqualTo(java.net.http.HttpClient.Redirect.NEVER);
    }
}
