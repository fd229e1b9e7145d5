package dev.latchkey.outbound.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.outbound.client.TestOutbound;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SsrfGuardTest {

    private static final Pattern LOOPBACK =
            Pattern.compile("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|localhost|\\[(0*:)*:?0*1]", Pattern.CASE_INSENSITIVE);

    private final SsrfGuard guard = TestOutbound.guard(false);
    private final SsrfGuard open = TestOutbound.guard(true);

    @Test
    @DisplayName("R129 R132 refuses every URL of the corpus when it is saved")
    void refusesTheCorpus() throws IOException {
        List<String> corpus = corpus();

        assertThat(corpus).hasSizeGreaterThan(300).doesNotHaveDuplicates();
        assertThat(corpus).allSatisfy(url -> assertRefused(guard, url));
    }

    @Test
    @DisplayName("R129 opening loopback opens nothing else")
    void loopbackOpensNothingElse() throws IOException {
        List<String> admitted = corpus().stream()
                .filter(url -> !isRefused(open, url))
                .map(url -> URI.create(url).getHost())
                .toList();

        assertThat(admitted).isNotEmpty().allMatch(LOOPBACK.asMatchPredicate());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://cryptonit.net/oauth/token",
                "https://auth.noones.com/oauth2/token",
                "https://PARTNER.example/Path?a=b&c=%20d",
                "https://partner.example:443/",
                "https://partner.example",
                "https://xn--mnchen-3ya.example/",
                "https://8.8.8.8/",
                "https://[2606:4700:4700::1111]/token",
                "https://127.example/",
                "https://local.example/internal.local"
            })
    void admitsPublicUrls(String url) {
        assertThat(guard.check(url)).isEqualTo(URI.create(url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://127.0.0.1:1/", "http://localhost:8080/x", "http://[::1]:9/", "https://127.9.9.9:8200/"})
    void admitsLoopbackAtAnyPortWhereItIsOpen(String url) {
        assertThat(open.check(url)).isEqualTo(URI.create(url));
        assertRefused(guard, url);
    }

    @ParameterizedTest
    @DisplayName("R132 http stays refused for all but loopback")
    @ValueSource(strings = {"http://partner.example/", "http://8.8.8.8/", "http://localhost.partner.example/"})
    void refusesClearTextEvenWhereLoopbackIsOpen(String url) {
        assertRefused(open, url);
    }

    @Test
    void refusesAUriThatWasNotATextHere() {
        assertThatThrownBy(() -> guard.check(URI.create("https://partner.ex%C3%A4mple/")))
                .isInstanceOf(BrokerException.class);
        assertThatThrownBy(() -> guard.check(URI.create("https://partner.example/\u00e4")))
                .isInstanceOf(BrokerException.class);
    }

    @Test
    void doesNotEchoTheUrl() {
        assertThatThrownBy(() -> guard.check("https://secret-name.internal/"))
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.publicDetail()).doesNotContain("secret-name"));
    }

    static List<String> corpus() throws IOException {
        List<String> urls = new ArrayList<>();
        for (String line : lines("/ssrf-corpus.txt")) {
            urls.add(unescaped(line));
        }
        return urls;
    }

    static List<String> lines(String resource) throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(SsrfGuardTest.class.getResourceAsStream(resource)), StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.startsWith("#") && !line.isEmpty())
                    .toList();
        }
    }

    private static String unescaped(String line) {
        return Pattern.compile("\\\\u([0-9a-f]{4})")
                .matcher(line)
                .replaceAll(match -> java.util.regex.Matcher.quoteReplacement(
                        Character.toString(Integer.parseInt(match.group(1), 16))));
    }

    private static boolean isRefused(SsrfGuard guard, String url) {
        try {
            guard.check(url);
            return false;
        } catch (BrokerException e) {
            return true;
        }
    }

    private static void assertRefused(SsrfGuard guard, String url) {
        assertThatThrownBy(() -> guard.check(url))
                .as(url)
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.type()).isEqualTo(ProblemType.URL_NOT_ALLOWED));
    }
}
