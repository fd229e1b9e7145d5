package dev.latchkey.keycloak.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerSettingsTest {

    @ParameterizedTest
    @DisplayName("takes the broker's address: https anywhere, plain http on loopback")
    @CsvSource({
        "https://latchkey.example.com,https://latchkey.example.com",
        "https://latchkey.example.com:8443/,https://latchkey.example.com:8443",
        "http://127.0.0.1:8080,http://127.0.0.1:8080",
        "http://localhost:8080/,http://localhost:8080",
        "http://[::1]:8080,http://[::1]:8080"
    })
    void takesAnAddress(String url, String address) {
        assertThat(BrokerSettings.address(url, false)).hasToString(address);
    }

    @ParameterizedTest
    @DisplayName("refuses plain http to another host, and whatever is more or less than an address")
    @ValueSource(
            strings = {
                "http://latchkey.example.com",
                "http://127.0.0.1.example.com",
                "ftp://127.0.0.1",
                "latchkey.example.com",
                "https://",
                "https:///path",
                "https://user@latchkey.example.com",
                "https://latchkey.example.com/base",
                "https://latchkey.example.com?x=1",
                "https://latchkey.example.com#x"
            })
    void refusesAnAddress(String url) {
        assertThatThrownBy(() -> BrokerSettings.address(url, false)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @DisplayName("takes plain http to another host where the operator says so")
    @ValueSource(strings = {"http://latchkey:8080"})
    void takesPlainHttpByOrder(String url) {
        assertThat(BrokerSettings.address(url, true)).hasToString(url);
    }
}
