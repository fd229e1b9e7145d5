package dev.latchkey.oauth1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.problem.BrokerException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BaseStringTest {

    @Test
    @DisplayName("R92 makes the base string of RFC 5849 section 3.4.1.1")
    void rfcExample() {
        List<Parameter> parameters = new ArrayList<>(FormText.parse("b5=%3D%253D&a3=a&c%40=&a2=r%20b"));
        parameters.addAll(FormText.parse("c2&a3=2+q"));
        parameters.addAll(List.of(
                new Parameter("oauth_consumer_key", "9djdj82h48djs9d2"),
                new Parameter("oauth_token", "kkk9d7dh3k39sjv7"),
                new Parameter("oauth_signature_method", "HMAC-SHA1"),
                new Parameter("oauth_timestamp", "137131201"),
                new Parameter("oauth_nonce", "7d8f3e4a")));

        assertThat(BaseString.of("POST", URI.create("http://example.com/request?b5=%3D%253D"), parameters))
                .isEqualTo("POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q"
                        + "%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_"
                        + "key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_m"
                        + "ethod%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk"
                        + "9d7dh3k39sjv7");
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP://EXAMPLE.COM:80/r%20v/X?id=123, http://example.com/r%20v/X",
        "https://www.example.net:8080/?q=1, https://www.example.net:8080/",
        "https://a.example:443, https://a.example/",
        "http://a.example:443/x, http://a.example:443/x",
        "https://a.example:80/x, https://a.example:80/x",
        "http://[::1]:8600/x//y/, http://[::1]:8600/x//y/"
    })
    @DisplayName("R92 writes addresses as section 3.4.1.2 has them")
    void addresses(String address, String expected) {
        assertThat(BaseString.of("GET", URI.create(address), List.of()))
                .isEqualTo("GET&" + PercentEncoding.encode(expected) + "&");
    }

    @Test
    @DisplayName("R92 sorts by encoded bytes, by value where names are alike, and keeps repeated pairs")
    void sorting() {
        List<Parameter> parameters = FormText.parse("b=2&a=%C3%A4&a=z&a=a+b&a=a%2Bb&a=z&%C3%A4=1&Z=1&a~=1&a-=1");

        assertThat(BaseString.of("GET", URI.create("https://a.example/"), parameters))
                .endsWith(PercentEncoding.encode("%C3%A4=1&Z=1&a=%C3%A4&a=a%20b&a=a%2Bb&a=z&a=z&a-=1&a~=1&b=2"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            abcABC123 | abcABC123
            -._~ | -._~
            % | %25
            + | %2B
            &=* | %26%3D%2A
            a b | a%20b
            ä☃😀 | %C3%A4%E2%98%83%F0%9F%98%80
            """)
    @DisplayName("R92 encodes as section 3.6 has it")
    void encoding(String plain, String encoded) {
        assertThat(PercentEncoding.encode(plain)).isEqualTo(encoded);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a=%",
                "a=%2",
                "a=%zz",
                "a=%C3",
                "a=%FF",
                "a=ä",
                "a=1&&b=2",
                "&a=1",
                "a=1&",
                "=1",
                "a= b",
                "a=%１1"
            })
    @DisplayName("R118 refuses what two readers could read in two ways")
    void ambiguous(String form) {
        assertThatThrownBy(() -> FormText.parse(form)).isInstanceOf(BrokerException.class);
    }
}
