package dev.latchkey.caller.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReturnUrlsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example.com", "https://app.example.com/", "https://app.example.com/back?x=1&y=a%20b",
                "https://app.example.com:8443/back", "https://intranet/back", "https://192.0.2.7/back",
                "https://a-b.example.com/~x/!$&'()*+,=:@", "http://127.0.0.1/back", "http://127.0.0.1:49152/back",
                "http://[::1]:8080/back", "https://app.example.com/back?to=/x//y/../z"
            })
    void takesPlainUrls(String url) {
        assertThat(ReturnUrls.complaint(url, false)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "app.example.com",
                "//app.example.com",
                "/back",
                "https:",
                "https://",
                "https:///back",
                "https:/app.example.com",
                "https:app.example.com",
                "HTTPS://app.example.com",
                "Https://app.example.com",
                "https://App.example.com",
                "http://app.example.com",
                "ftp://app.example.com",
                "javascript:alert(1)",
                "JavaScript://app.example.com/%0aalert(1)",
                "DATA:text/html,x",
                "data:text/html,x",
                "myapp://back",
                "https://user@app.example.com",
                "https://user:pw@app.example.com",
                "https://app.example.com@evil.example",
                "https://app.example.com\\@evil.example",
                "https://app.example.com\\.evil.example",
                "https:\\\\app.example",
                "https://app.example.com/#",
                "https://app.example.com/#f",
                "https://app.example.com#f",
                "https://app.example.com/a b",
                "https://app.example.com/\t",
                "https://app.example.com/\r\nX: y",
                "\thttps://app.example.com",
                " https://app.example.com",
                "https://app.example.com ",
                "https://app.example.com/\u0000",
                "https://app.example.com/%00",
                "https://app.example.com/%0d%0aX",
                "https://app.example.com/../x",
                "https://app.example.com/a/..",
                "https://app.example.com/./x",
                "https://app.example.com/%2e%2e/x",
                "https://app.example.com/.%2E/x",
                "https://app.example.com/a%2fb",
                "https://app.example.com/a%5cb",
                "https://app.example.com//evil.example",
                "https://app.example.com/;/../x",
                "https://app.example.com/a;b",
                "https://app.example.com/%zz",
                "https://app.example.com/%",
                "https://b\u00fccher.example",
                "https://xn--bcher-kva.example",
                "https://app\u3002example.com",
                "https://app.example.com\u2100",
                "https://\u0430pp.example.com",
                "https://app..example.com",
                "https://.example.com",
                "https://-a.example.com",
                "https://app.example.com.",
                "https://*.example.com",
                "https://app.example.com:",
                "https://app.example.com:0",
                "https://app.example.com:65536",
                "https://app.example.com:080",
                "https://app.example.com:8443evil",
                "https://2130706433/",
                "https://0x7f.1/",
                "https://127.1/",
                "https://256.1.1.1/",
                "https://[::1",
                "https://[::2]/",
                "https://[::1%25eth0]/",
                "http://localhost/back",
                "http://localhost:8080/back",
                "https://localhost/",
                "http://127.0.0.1.evil.example/",
                "http://127.0.0.2/back",
                "http://0.0.0.0/",
                "http://[::]/",
                "http://[0:0:0:0:0:0:0:1]/",
                "http://127.0.0.1@evil.example/",
                "http://x.localhost/"
            })
    @DisplayName("R79 registers no URL that two readers could see different hosts in")
    void refusesHazardousUrls(String url) {
        assertThat(ReturnUrls.complaint(url, false)).isPresent();
    }

    @Test
    void takesLocalhostInTheSandboxOnly() {
        assertThat(ReturnUrls.complaint("http://localhost:3000/back", true)).isEmpty();
        assertThat(ReturnUrls.complaint("http://localhost.evil.example/", true)).isPresent();
    }

    @Test
    void refusesWhatIsTooLong() {
        String url = "https://app.example.com/";
        assertThat(ReturnUrls.complaint(url + "a".repeat(2048 - url.length()), false))
                .isEmpty();
        assertThat(ReturnUrls.complaint(url + "a".repeat(2049 - url.length()), false))
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example.com/back/", "https://app.example.com/bac", "https://app.example.com/back?x",
                "https://app.example.com:443/back", "https://app.example.com.evil/back", "HTTPS://app.example.com/back",
                "https://APP.example.com/back", "http://app.example.com/back", "https://app.example.com/%62ack",
                "https://app.example.com/back#", "https://app.example.com/x/../back", ""
            })
    @DisplayName("R79 compares a return URL byte for byte")
    void comparesByteForByte(String asked) {
        App app = new App("a", "A", List.of("https://app.example.com/back"), Optional.empty());

        assertThat(app.allowsReturnUrl("https://app.example.com/back")).isTrue();
        assertThat(app.allowsReturnUrl(asked)).isFalse();
    }

    @Test
    @DisplayName("R80 lets a native app choose its port on loopback, and nothing else")
    void letsNativeAppsChooseTheirPort() {
        App app = new App("a", "A", List.of("http://127.0.0.1/cb", "http://[::1]:1/cb?x=1"), Optional.empty());

        assertThat(app.allowsReturnUrl("http://127.0.0.1:49152/cb")).isTrue();
        assertThat(app.allowsReturnUrl("http://127.0.0.1/cb")).isTrue();
        assertThat(app.allowsReturnUrl("http://[::1]:49152/cb?x=1")).isTrue();
        for (String asked : List.of(
                "http://127.0.0.1:49152/cb2",
                "http://127.0.0.1:49152/cb?x",
                "http://127.0.0.1:99999/cb",
                "http://127.0.0.1:0/cb",
                "http://localhost:49152/cb",
                "http://127.0.0.2:49152/cb",
                "http://127.0.0.1.evil:49152/cb",
                "http://u@127.0.0.1:49152/cb",
                "https://127.0.0.1:49152/cb",
                "http://[::1]:49152/cb",
                "http://127.0.0.1:49152@evil.example/cb")) {
            assertThat(app.allowsReturnUrl(asked)).as(asked).isFalse();
        }
    }

    @Test
    void keepsThePortOfAnythingElse() {
        App app = new App("a", "A", List.of("https://127.0.0.1/cb", "http://localhost:1/cb"), Optional.empty());

        assertThat(app.allowsReturnUrl("https://127.0.0.1:2/cb")).isFalse();
        assertThat(app.allowsReturnUrl("http://localhost:2/cb")).isFalse();
        assertThat(app.allowsReturnUrl("http://localhost:1/cb")).isTrue();
    }
}
