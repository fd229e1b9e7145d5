package dev.latchkey.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderRulesTest {

    @Test
    @DisplayName("R112 credentials, hop-by-hop fields and those that Connection names stay here")
    void passesOnlyWhatIsForThePartner() {
        Map<String, String> passed = HeaderRules.toPartner(Map.ofEntries(
                Map.entry("Accept", List.of("a/b", "c/d")),
                Map.entry("X-Custom", List.of("1")),
                Map.entry("Idempotency-Key", List.of("k")),
                Map.entry("Accept-Encoding", List.of("gzip")),
                Map.entry("Connection", List.of("close, X-Hop", "x-other")),
                Map.entry("X-Hop", List.of("1")),
                Map.entry("X-Other", List.of("1")),
                Map.entry("AUTHORIZATION", List.of("Basic eA==")),
                Map.entry("Cookie", List.of("a=b")),
                Map.entry("Proxy-Whatever", List.of("1")),
                Map.entry("X-Forwarded-Host", List.of("h")),
                Map.entry("Forwarded", List.of("h")),
                Map.entry("Host", List.of("h")),
                Map.entry("Content-Length", List.of("1")),
                Map.entry("Transfer-Encoding", List.of("chunked")),
                Map.entry("Upgrade", List.of("websocket")),
                Map.entry("Expect", List.of("100-continue")),
                Map.entry("Traceparent", List.of("00")),
                Map.entry("Latchkey-Anything", List.of("1"))));

        assertThat(passed)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "accept", "a/b, c/d", "x-custom", "1", "idempotency-key", "k", "accept-encoding", "gzip"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-HTTP-Method-Override", "x-http-method", "X-Method-Override", "X-Rewrite-URL"})
    @DisplayName("R118 a field that makes a server see another method or path is refused")
    void refusesRewriting(String name) {
        assertRefused(() -> HeaderRules.toPartner(Map.of(name, List.of("DELETE"))));
        assertRefused(() -> HeaderRules.toBeSigned(Map.of(name, "DELETE")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host",
                "Authorization",
                "Cookie",
                "Content-Length",
                "Transfer-Encoding",
                "Connection",
                "TE",
                "Upgrade",
                "Proxy-Authorization",
                "X-Forwarded-For",
                "a b",
                "a:b",
                "",
                "a\r\nb",
                "\u00e4"
            })
    @DisplayName("R118 what the broker sets, or cannot be a field, is not signed")
    void refusesToSign(String name) {
        assertRefused(() -> HeaderRules.toBeSigned(Map.of(name, "1")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX-Evil: 1", "a\nb", "a\rb", "a\u0000b", "\u00e4", "a\u007f"})
    void refusesValuesThatAreNoPlainText(String value) {
        assertRefused(() -> HeaderRules.toBeSigned(Map.of("X-A", value)));
        assertRefused(() -> HeaderRules.toPartner(Map.of("X-A", List.of(value))));
    }

    @Test
    void refusesToSignAFieldTwice() {
        assertThat(HeaderRules.toBeSigned(Map.of("X-A", "1"))).containsEntry("x-a", "1");
        assertRefused(() -> HeaderRules.toBeSigned(Map.of("X-A", "1", "x-a", "2")));
    }

    @Test
    @DisplayName("R112 a partner's cookies and what it would say in our name do not reach an app")
    void passesOnlyWhatIsForTheApp() {
        Map<String, List<String>> passed = HeaderRules.toApp(Map.ofEntries(
                Map.entry("content-type", List.of("text/plain")),
                Map.entry("location", List.of("https://other.example/")),
                Map.entry("link", List.of("<a>; rel=next", "<b>; rel=prev")),
                Map.entry("www-authenticate", List.of("Bearer")),
                Map.entry("retry-after", List.of("3")),
                Map.entry("connection", List.of("x-hop")),
                Map.entry("x-hop", List.of("1")),
                Map.entry("set-cookie", List.of("a=b")),
                Map.entry("strict-transport-security", List.of("max-age=1")),
                Map.entry("access-control-allow-origin", List.of("*")),
                Map.entry("clear-site-data", List.of("*")),
                Map.entry("transfer-encoding", List.of("chunked")),
                Map.entry("content-length", List.of("1")),
                Map.entry("latchkey-error", List.of("forged")),
                Map.entry("x-bad", List.of("a\u0001b"))));

        assertThat(passed)
                .containsOnlyKeys("content-type", "location", "link", "www-authenticate", "retry-after")
                .containsEntry("link", List.of("<a>; rel=next", "<b>; rel=prev"));
    }

    @Test
    void whatThePartnerWantsOnEveryRequestWins() {
        assertThat(HeaderRules.with(Map.of("user-agent", "app", "x-a", "1"), Map.of("User-Agent", "Latchkey")))
                .containsEntry("User-Agent", "Latchkey")
                .hasSize(2);
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatExceptionOfType(BrokerException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.type()).isEqualTo(ProblemType.INVALID_REQUEST));
    }
}
