package dev.latchkey.signing.scheme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.latchkey.catalog.entry.SigningScheme;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.testkit.MutableClock;
import dev.latchkey.vault.SecretFields;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormSealSignerTest {

    private static final String FORM = "application/x-www-form-urlencoded";

    private final FormSealSigner signer = new FormSealSigner(MutableClock.standing());
    private final HandshakeContext context = Registered.context("noones-hmac", "key1", "secret1");

    @Test
    @DisplayName("R119 a sealed form, to the byte; the seals are openssl's")
    void sealsForms() {
        assertThat(sealed("text=a+b%2b%c3%a9&list=1&list=2", "Content-Type", FORM))
                .isEqualTo("apikey=key1&nonce=1893456000&text=a%20b%2B%C3%A9&list=1&list=2"
                        + "&apiseal=35534b9f459cdd667364107904514439a7d488a2954dae72f2559846b8f538e4");
        assertThat(sealed(""))
                .isEqualTo(
                        "apikey=key1&nonce=1893456000&apiseal=48c896e292d03c7f58a660a6254a1c86330edc6264b705293430a3ff8e022eb1");
    }

    @Test
    @DisplayName("R119 100 generated seals equal those of openssl dgst -sha256 -hmac")
    void equalsOpenssl() throws Exception {
        assumeThat(isInstalled("openssl")).as("openssl is installed").isTrue();
        Random random = new Random(119);
        for (int i = 0; i < 100; i++) {
            String secret = word(random, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 8 + i % 90);
            String form = IntStream.range(0, random.nextInt(8))
                    .mapToObj(n -> FormPairs.encode(word(random, "abc[]é", 3)) + "="
                            + FormPairs.encode(word(random, "xyz é€😀&=+%/~*'()!\n", random.nextInt(20))))
                    .collect(Collectors.joining("&"));
            HandshakeContext registration = Registered.context("noones-hmac", "key" + i, secret);

            String whole = Registered.text(signer.sign(
                    registration, Registered.CREDENTIAL, Registered.post(registration, "/offer/all", form)));

            int end = whole.lastIndexOf("&apiseal=");
            assertThat(whole.substring(end + "&apiseal=".length())).isEqualTo(openssl(secret, whole.substring(0, end)));
        }
    }

    @Test
    void setsWhatThePartnerWants() {
        PartnerRequest bare = Registered.post(
                context, "/user/me", "a=b", "content-type", FORM + "; charset=UTF-8", "accept", "*/*", "X-Trace", "7");

        PartnerRequest out = signer.sign(context, Registered.CREDENTIAL, bare);

        assertThat(out.headers())
                .isEqualTo(
                        Map.of("Content-Type", "text/plain", "Accept", "application/json; version=1", "X-Trace", "7"));
        assertThat(out.method()).isEqualTo("POST");
        assertThat(out.uri()).isEqualTo(URI.create("https://noones.com/api/user/me"));
        assertThat(signer.scheme()).isEqualTo(SigningScheme.FORM_SEAL);
        assertThat(signer.readsBody(bare)).isTrue();
        assertThat(signer.openByDefault()).isTrue();
        assertThat(signer.methodsOf(bare)).containsExactly("POST");
    }

    @ParameterizedTest
    @DisplayName("R118 an app does not bring key, nonce or seal itself, in whatever spelling")
    @ValueSource(strings = {"apikey=x", "a=b&nonce=1", "apiseal=00", "%61pikey=x", "ApiSeal=00", "NONCE=1"})
    void refusesItsOwnNames(String form) {
        assertThatThrownBy(() -> sealed(form)).satisfies(is(ProblemType.INVALID_REQUEST));
    }

    @ParameterizedTest
    @DisplayName("R118 what has two meanings is not sealed")
    @ValueSource(strings = {"a", "=b", "&", "a=b&", "a=%", "a=%4", "a=%zz", "a=%ff", "a=b c", "a=é", "a=b=c", "a=\n"})
    void refusesWhatIsNoForm(String form) {
        assertThatThrownBy(() -> sealed(form)).satisfies(is(ProblemType.INVALID_REQUEST));
    }

    @Test
    @DisplayName("R118 only a POST of a form without a query is sealed")
    void refusesOtherRequests() {
        PartnerRequest bare = Registered.post(context, "/user/me", "a=b");
        PartnerRequest get = new PartnerRequest("GET", bare.uri(), Map.of(), new byte[0]);
        assertThatThrownBy(() -> signer.sign(context, Registered.CREDENTIAL, get))
                .satisfies(is(ProblemType.INVALID_REQUEST));
        assertThatThrownBy(
                        () -> signer.sign(context, Registered.CREDENTIAL, Registered.post(context, "/user/me?a=b", "")))
                .satisfies(is(ProblemType.INVALID_REQUEST));
        assertThatThrownBy(() -> sealed("{}", "Content-Type", "application/json"))
                .satisfies(is(ProblemType.UNSUPPORTED_MEDIA_TYPE));
        assertThatThrownBy(() -> sealed("a=b", "Content-Type", FORM + "; charset=latin1"))
                .satisfies(is(ProblemType.UNSUPPORTED_MEDIA_TYPE));
    }

    @Test
    void saysWhenTheRegistrationHasNoKey() {
        HandshakeContext empty = new HandshakeContext(
                context.partner(), context.metadata(), new SecretFields(Map.of()), context.scopes());
        assertThatThrownBy(() -> signer.sign(empty, Registered.CREDENTIAL, Registered.post(context, "/x", "a=b")))
                .satisfies(is(ProblemType.PARTNER_MISCONFIGURED));
    }

    private String sealed(String form, String... headers) {
        return Registered.text(
                signer.sign(context, Registered.CREDENTIAL, Registered.post(context, "/offer/all", form, headers)));
    }

    private static Consumer<Throwable> is(ProblemType type) {
        return thrown -> assertThat(((BrokerException) thrown).type()).isEqualTo(type);
    }

    private static String word(Random random, String letters, int length) {
        int[] points = letters.codePoints().toArray();
        return IntStream.range(0, length)
                .mapToObj(n -> Character.toString(points[random.nextInt(points.length)]))
                .collect(Collectors.joining());
    }

    private static boolean isInstalled(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static String openssl(String secret, String text) throws IOException {
        Process process = new ProcessBuilder("openssl", "dgst", "-sha256", "-hmac", secret).start();
        process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String line = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return line.substring(line.lastIndexOf(' ') + 1);
    }
}
