package dev.latchkey.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.latchkey.outbound.client.TestOutbound;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartnerAddressTest {

    private final PartnerAddress api = at("https://api.partner.example/rest/v2");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://api.partner.example/rest/v2",
                "https://api.partner.example/rest/v2/",
                "https://api.partner.example/rest/v2/orders",
                "https://api.partner.example:443/rest/v2/orders/",
                "HTTPS://API.partner.EXAMPLE/rest/v2/orders",
                "https://api.partner.example/rest/v2/orders?next=../../x&u=https://other.example/%2e%2e/",
                "https://api.partner.example/rest/v2/%7Ename/a%20b/%E2%82%AC",
                "https://api.partner.example/rest/v2/a;v=1/b,c=d/e@f:g!$&'()*+",
                "https://api.partner.example/rest/v2/file.json",
                "https://api.partner.example/rest/v2/...",
                "https://api.partner.example/rest/v2/.hidden/a..b",
                "https://api.partner.example/rest/v2/100%25",
                "https://api.partner.example/rest/v2?"
            })
    @DisplayName("R118 takes what is below the partner's API, as it is")
    void takesWhatIsBelow(String url) {
        assertThat(api.require(url)).hasToString(url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // another server
                "https://other.example/rest/v2/orders",
                "https://api.partner.example.evil.example/rest/v2/orders",
                "https://evil-api.partner.example/rest/v2/orders",
                "https://partner.example/rest/v2/orders",
                "https://api.partner.example./rest/v2/orders",
                "http://api.partner.example/rest/v2/orders",
                "https://api.partner.example:8443/rest/v2/orders",
                "https://api.partner.example:80/rest/v2/orders",
                "https://api.partner.example:/rest/v2/orders",
                "https://api.partner.example@evil.example/rest/v2/orders",
                "https://user@api.partner.example/rest/v2/orders",
                "https://user:pass@api.partner.example/rest/v2/orders",
                "https://@api.partner.example/rest/v2/orders",
                "https://evil.example\\@api.partner.example/rest/v2/orders",
                "https://api.partner.example\\.evil.example/rest/v2/orders",
                "https://api.partner.example%2eevil.example/rest/v2/orders",
                "https://api.partner.example%00.evil.example/rest/v2",
                "https://127.0.0.1/rest/v2/orders",
                "https://[::1]/rest/v2/orders",
                "https://169.254.169.254/rest/v2/orders",
                "ftp://api.partner.example/rest/v2/orders",
                "file:///rest/v2/orders",
                "//api.partner.example/rest/v2/orders",
                "/rest/v2/orders",
                "https:api.partner.example/rest/v2/orders",
                "https:/rest/v2/orders",
                "https:///rest/v2/orders",
                "javascript://api.partner.example/rest/v2/%0aalert(1)",
                "",
                // another path
                "https://api.partner.example",
                "https://api.partner.example/",
                "https://api.partner.example/rest",
                "https://api.partner.example/rest/v1/orders",
                "https://api.partner.example/rest/v22",
                "https://api.partner.example/rest/v2x/orders",
                "https://api.partner.example/REST/V2/orders",
                "https://api.partner.example/%72est/v2/orders",
                "https://api.partner.example/rest/v2;x/orders",
                "https://api.partner.example/?/rest/v2/orders",
                // dots
                "https://api.partner.example/rest/v2/../v1",
                "https://api.partner.example/rest/v2/..",
                "https://api.partner.example/rest/v2/.",
                "https://api.partner.example/rest/v2/./orders",
                "https://api.partner.example/rest/v2/a/../../../admin",
                "https://api.partner.example/rest/v2/%2e%2e/v1",
                "https://api.partner.example/rest/v2/%2E%2E/v1",
                "https://api.partner.example/rest/v2/.%2e/v1",
                "https://api.partner.example/rest/v2/%2e./v1",
                "https://api.partner.example/rest/v2/%252e%252e/v1",
                "https://api.partner.example/rest/v2/%25252e%25252e/v1",
                "https://api.partner.example/rest/v2/..;/v1",
                "https://api.partner.example/rest/v2/..;a=b/v1",
                "https://api.partner.example/rest/v2/.;/orders",
                "https://api.partner.example/rest/v2/..%3b/v1",
                "https://api.partner.example/rest/v2/..%253Bx/v1",
                "https://api.partner.example/rest/v2/%c0%ae%c0%ae/v1",
                "https://api.partner.example/rest/v2/%e0%80%ae/v1",
                "https://api.partner.example/rest/v2/%ef%bc%8e%ef%bc%8e/v1",
                "https://api.partner.example/rest/v2/%e2%80%a5/v1",
                // separators
                "https://api.partner.example/rest/v2//orders",
                "https://api.partner.example//rest/v2/orders",
                "https://api.partner.example/rest//v2/orders",
                "https://api.partner.example/rest/v2/..%2fv1",
                "https://api.partner.example/rest/v2/..%2Fv1",
                "https://api.partner.example/rest/v2/a%2fb",
                "https://api.partner.example/rest/v2/..%252fv1",
                "https://api.partner.example/rest/v2/..%5cv1",
                "https://api.partner.example/rest/v2/..%255cv1",
                "https://api.partner.example/rest/v2/..\\v1",
                "https://api.partner.example\\rest\\v2\\orders",
                "https://api.partner.example/rest/v2/%ef%bc%8fv1",
                "https://api.partner.example/rest/v2/%ef%bc%bcv1",
                // what ends or splits a line, a path or a text
                "https://api.partner.example/rest/v2/a%00b",
                "https://api.partner.example/rest/v2/a%0d%0aHost:%20x",
                "https://api.partner.example/rest/v2/a%09b",
                "https://api.partner.example/rest/v2/a%7fb",
                "https://api.partner.example/rest/v2/a%c2%85b",
                "https://api.partner.example/rest/v2/a\r\nHost: x",
                "https://api.partner.example/rest/v2/a b",
                "https://api.partner.example/rest/v2/a\tb",
                " https://api.partner.example/rest/v2/a",
                "https://api.partner.example/rest/v2/a\u0000b",
                "https://api.partner.example/rest/v2/\u20ac",
                "https://api.partner.example/rest/v2/\uff0e\uff0e/v1",
                "https://api.partner.example/rest/v2/a#b",
                "https://api.partner.example/rest/v2/a#/../../x",
                "https://api.partner.example/rest/v2/%ff",
                "https://api.partner.example/rest/v2/a%zz",
                "https://api.partner.example/rest/v2/a%2",
                "https://api.partner.example/rest/v2/{id}",
                "https://api.partner.example/rest/v2/a|b",
                "https://api.partner.example/rest/v2/\"a\""
            })
    @DisplayName(
            "R118 R129 refuses another server, another path, and any spelling that two readers could read differently")
    void refusesEverythingElse(String url) {
        assertRefused(() -> api.require(url));
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.partner.example/rest/v2, '', https://api.partner.example/rest/v2",
        "https://api.partner.example/rest/v2, x, https://api.partner.example/rest/v2/x",
        "https://api.partner.example/rest/v2/, x/, https://api.partner.example/rest/v2/x/",
        "https://api.partner.example/rest/v2/, '', https://api.partner.example/rest/v2/",
        "https://api.partner.example, x, https://api.partner.example/x",
        "https://api.partner.example, '', https://api.partner.example",
        "https://api.partner.example/, x, https://api.partner.example/x"
    })
    void appendsAPathToTheBase(String base, String path, String expected) {
        assertThat(at(base).below(path, Optional.empty())).hasToString(expected);
        assertThat(at(base).below(path, Optional.of("a=b&&c=%20+"))).hasToString(expected + "?a=b&&c=%20+");
    }

    @Test
    void anAppendedPathIsNoLessSuspect() {
        for (String path : new String[] {"..", "../v1", "/x", "%2e%2e", "..;/x", "a%2fb", "@evil.example", "\\x"}) {
            if (!path.equals("@evil.example")) {
                assertRefused(() -> api.below(path, Optional.empty()));
            }
        }
        assertRefused(() -> at("https://api.partner.example").below("x", Optional.of("a#b")));
        assertThat(at("https://api.partner.example").below("@evil.example", Optional.empty()))
                .hasHost("api.partner.example");
    }

    @Test
    void aBaseWithAQueryTakesNoPath() {
        assertThatExceptionOfType(BrokerException.class)
                .isThrownBy(() -> at("https://api.partner.example/?key=1"))
                .satisfies(e -> assertThat(e.type()).isEqualTo(ProblemType.PARTNER_MISCONFIGURED));
    }

    private static PartnerAddress at(String base) {
        return new PartnerAddress(URI.create(base), TestOutbound.guard(false));
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatExceptionOfType(BrokerException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.type()).isEqualTo(ProblemType.URL_NOT_ALLOWED));
    }
}
