package dev.latchkey.outbound.guard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicSuffixesTest {

    @ParameterizedTest
    @ValueSource(strings = {"com", "COM", "partners", "co.uk", "github.io", "localhost", "unheardof"})
    void knowsThem(String domain) {
        assertThat(PublicSuffixes.contains(domain)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"noon.partners", "api.noon.partners", "example.co.uk", "someone.github.io"})
    void knowsOthers(String domain) {
        assertThat(PublicSuffixes.contains(domain)).isFalse();
    }
}
