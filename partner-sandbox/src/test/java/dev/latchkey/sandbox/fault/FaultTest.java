package dev.latchkey.sandbox.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.sandbox.testkit.Answer;
import dev.latchkey.sandbox.testkit.GenericFlow;
import dev.latchkey.sandbox.testkit.Rig;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FaultTest {

    private final Rig rig = new Rig();
    private final GenericFlow flow = new GenericFlow(rig);
    private String refreshToken = "";

    @BeforeEach
    void connect() {
        refreshToken = flow.connect("alice").field("refresh_token");
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private static FaultOrder onRefresh() {
        return FaultOrder.at(GenericFlow.PARTNER).endpoint("refresh");
    }

    private long refreshes() {
        return rig.control()
                .refreshes(rig.control().familyOf(GenericFlow.PARTNER, "alice").orElseThrow());
    }

    @Test
    void answersLate() {
        rig.control().fault(onRefresh().latency(Duration.ofMillis(300)));
        rig.control().fault(onRefresh().latencyAfterCommit(Duration.ofMillis(300)));
        long start = System.nanoTime();
        assertThat(flow.refresh(refreshToken).status()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(590));
        assertThat(rig.control().faults()).isEmpty();
    }

    @Test
    void actsBeforeALateAnswerIfTold() throws Exception {
        rig.control().fault(onRefresh().latencyAfterCommit(Duration.ofSeconds(10)));
        Thread waiting = Thread.startVirtualThread(() -> flow.refresh(refreshToken));
        for (int i = 0; i < 400 && refreshes() == 0; i++) {
            Thread.sleep(20);
        }
        assertThat(refreshes()).isEqualTo(1);
        assertThat(waiting.isAlive()).isTrue();
    }

    @Test
    void dropsBeforeActing() {
        rig.control().fault(onRefresh().dropBeforeCommit());
        assertThatThrownBy(() -> flow.refresh(refreshToken)).isInstanceOf(UncheckedIOException.class);
        assertThat(refreshes()).isZero();
        assertThat(flow.refresh(refreshToken).status()).isEqualTo(200);
    }

    @Test
    void dropsAfterActing() {
        rig.control().fault(onRefresh().dropAfterCommit());
        assertThatThrownBy(() -> flow.refresh(refreshToken)).isInstanceOf(UncheckedIOException.class);
        assertThat(refreshes()).isEqualTo(1);
        assertThat(flow.refresh(refreshToken).field("error_description")).isEqualTo("refresh token reuse");
    }

    @Test
    void hitsOneRequestOnADrop() {
        rig.control().fault(onRefresh().dropBeforeCommit());
        assertThatThrownBy(() -> flow.refresh(refreshToken)).isInstanceOf(UncheckedIOException.class);
        assertThat(rig.control().count(GenericFlow.PARTNER, "refresh")).isEqualTo(1);
    }

    @Test
    void answersAnyStatusHeadersAndBody() {
        rig.control().fault(onRefresh().status(429, Map.of("Retry-After", "soon"), "slow down"));
        rig.control().fault(onRefresh().status(500, Map.of("Content-Type", "text/html"), "<h1>oops</h1>"));
        rig.control().fault(onRefresh().status(200, Map.of(), "{\"error\":\"invalid_grant\"}"));

        Answer first = flow.refresh(refreshToken);
        assertThat(first.status()).isEqualTo(429);
        assertThat(first.header("retry-after")).isEqualTo("soon");
        assertThat(first.text()).isEqualTo("slow down");
        Answer second = flow.refresh(refreshToken);
        assertThat(second.status()).isEqualTo(500);
        assertThat(second.header("content-type")).isEqualTo("text/html");
        assertThat(flow.refresh(refreshToken).field("error")).isEqualTo("invalid_grant");
        assertThat(flow.refresh(refreshToken).status()).isEqualTo(200);
    }

    @Test
    void actsBehindAFalseAnswerIfTold() {
        rig.control().fault(onRefresh().kind("status", Map.of("status", 503, "commit", true)));
        assertThat(flow.refresh(refreshToken).status()).isEqualTo(503);
        assertThat(refreshes()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void redirects(int status) {
        rig.control().fault(onRefresh().redirect(status, "https://elsewhere.example/token"));
        Answer answer = flow.refresh(refreshToken);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("location")).isEqualTo("https://elsewhere.example/token");
        assertThat(refreshes()).isZero();
    }

    @Test
    void drips() {
        rig.control().fault(onRefresh().drip(400));
        long start = System.nanoTime();
        Answer answer = flow.refresh(refreshToken);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertThat(answer.field("access_token")).isNotEmpty();
        assertThat(took).isGreaterThan(Duration.ofMillis(answer.bytes().length * 1000L / 400 * 9 / 10));
    }

    @Test
    void sendsAHugeBody() {
        rig.control().fault(onRefresh().huge(5_000_000));
        Answer answer = flow.refresh(refreshToken);
        assertThat(answer.bytes()).hasSize(5_000_000);
        assertThat(answer.field("access_token")).startsWith("aaaa");
    }

    @Test
    void sendsAGzipBomb() throws Exception {
        rig.control().fault(onRefresh().gzipBomb(5_000_000));
        Answer answer = flow.refresh(refreshToken);
        assertThat(answer.header("content-encoding")).isEqualTo("gzip");
        assertThat(answer.bytes().length).isLessThan(50_000);
        try (InputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(answer.bytes()))) {
            assertThat(unpacked.readAllBytes()).hasSize(5_000_000);
        }
    }

    @Test
    void sendsChunksWithoutEnd() throws Exception {
        rig.control()
                .fault(FaultOrder.at(GenericFlow.PARTNER).endpoint("metadata").endless(Duration.ofSeconds(60)));
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), rig.uri("/").getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write("GET /.well-known/oauth-authorization-server/generic/alpha HTTP/1.1\r\nHost: x\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            socket.setSoTimeout(60_000);
            byte[] read = socket.getInputStream().readNBytes(20_000);
            assertThat(new String(read, StandardCharsets.US_ASCII))
                    .containsIgnoringCase("transfer-encoding: chunked")
                    .doesNotContain("\r\n0\r\n");
        }
    }

    @Test
    void endsAnEndlessBodyAtItsCap() {
        rig.control().fault(onRefresh().endless(Duration.ofSeconds(10)));
        assertThat(flow.refresh(refreshToken).bytes().length).isGreaterThan(10_000);
    }

    @Test
    void sendsDeepJson() {
        rig.control().fault(onRefresh().deepJson(2000));
        assertThat(flow.refresh(refreshToken).text()).contains("[".repeat(2000) + "]".repeat(2000));
    }

    @Test
    void sendsRawBytes() {
        for (String sample : new String[] {"invalid_utf8", "nul", "duplicate_keys", "truncated"}) {
            rig.control().fault(onRefresh().rawSample(sample));
        }
        rig.control().fault(onRefresh().kind("raw", Map.of("body_base64", "/w==", "content_type", "text/html")));

        assertThat(flow.refresh(refreshToken).bytes()).contains(0xff, 0xfe);
        assertThat(flow.refresh(refreshToken).bytes()).contains(0);
        assertThat(flow.refresh(refreshToken).text()).contains("first").contains("second");
        assertThat(flow.refresh(refreshToken).text()).isEqualTo("{\"access_token\":\"");
        assertThat(flow.refresh(refreshToken).bytes()).containsExactly(0xff);
    }

    @ParameterizedTest
    @CsvSource({
        "0",
        "-1",
        "'\"3600\"'",
        "3600.5",
        "1e18",
        "NaN",
        "'\"NaN\"'",
        "'\"Wed, 21 Oct 2026 07:28:00 GMT\"'",
        "null"
    })
    void putsAnythingIntoExpiresIn(String raw) {
        rig.control().fault(onRefresh().answerWithRaw("expires_in", raw));
        String text = flow.refresh(refreshToken).text();
        assertThat(text).contains("\"expires_in\":" + raw + "}").containsOnlyOnce("expires_in");
    }

    @Test
    void changesTokenTypeAndScopeAndLeavesFieldsOut() {
        rig.control().fault(onRefresh().answerWith(Map.of("token_type", "mac", "scope", "more and more")));
        rig.control().fault(onRefresh().answerWithout("expires_in"));
        Answer changed = flow.refresh(refreshToken);
        assertThat(changed.field("token_type")).isEqualTo("mac");
        assertThat(changed.field("scope")).isEqualTo("more and more");
        assertThat(flow.refresh(changed.field("refresh_token")).json().has("expires_in"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"omitted,false,''", "null,true,null", "empty,true,''"})
    void doesNotRotateWhenItTellsOfNoNewToken(String mode, boolean present, String text) {
        rig.control().fault(onRefresh().refreshToken(mode));
        Answer answer = flow.refresh(refreshToken);
        assertThat(answer.json().has("refresh_token")).isEqualTo(present);
        assertThat(answer.field("refresh_token")).isEqualTo(text);
        assertThat(flow.refresh(refreshToken).status()).as("the old one works").isEqualTo(200);
    }

    @Test
    void repeatsTheSameRefreshTokenIfTold() {
        rig.control().fault(onRefresh().refreshToken("same"));
        assertThat(flow.refresh(refreshToken).field("refresh_token")).isEqualTo(refreshToken);
        assertThat(flow.refresh(refreshToken).field("refresh_token")).isNotEqualTo(refreshToken);
    }

    @Test
    void keepsAnEditForARequestThatSucceeds() {
        rig.control().fault(onRefresh().answerWithout("expires_in"));
        assertThat(flow.refresh("nonsense").status()).isEqualTo(400);
        assertThat(flow.refresh(refreshToken).json().has("expires_in")).isFalse();
    }

    @Test
    void hitsOnlyWhatItIsAimedAt() {
        Answer bob = flow.connect("bob");
        rig.control().fault(onRefresh().user("bob").forever().status(503, Map.of(), ""));
        rig.control().fault(onRefresh().client("other").forever().status(500, Map.of(), ""));
        rig.control().fault(FaultOrder.at("cryptonit").forever().status(500, Map.of(), ""));
        String family = rig.control().familyOf(GenericFlow.PARTNER, "bob").orElseThrow();
        rig.control()
                .fault(FaultOrder.anywhere()
                        .endpoint("api")
                        .family(family)
                        .method("GET")
                        .times(2)
                        .status(418, Map.of(), ""));

        Answer alice = flow.refresh(refreshToken);
        assertThat(alice.status()).isEqualTo(200);
        for (int i = 0; i < 3; i++) {
            assertThat(flow.refresh(bob.field("refresh_token")).status()).isEqualTo(503);
        }
        assertThat(flow.call(alice.field("access_token")).status()).isEqualTo(200);
        assertThat(flow.call(bob.field("access_token")).status()).isEqualTo(418);
        assertThat(flow.call(bob.field("access_token")).status()).isEqualTo(418);
        assertThat(flow.call(bob.field("access_token")).status()).isEqualTo(200);

        rig.control().clearFaults();
        assertThat(flow.refresh(bob.field("refresh_token")).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"kind\":\"nonsense\"}",
                "{\"kind\":\"latency\"}",
                "{\"kind\":\"latency\",\"ms\":\"5\"}",
                "{\"kind\":\"latency\",\"ms\":5,\"x\":1}",
                "{\"kind\":\"redirect\",\"status\":304,\"location\":\"/\"}",
                "{\"kind\":\"redirect\",\"location\":\"a\\r\\nb\"}",
                "{\"kind\":\"status\",\"status\":99}",
                "{\"kind\":\"answer\",\"refresh_token\":\"maybe\"}",
                "{\"kind\":\"raw\"}",
                "{\"kind\":\"iss\",\"value\":\"perhaps\"}",
                "{\"kind\":\"endless\",\"max_seconds\":601}"
            })
    void refusesAnOrderItDoesNotUnderstand(String fault) {
        Answer answer =
                rig.send("POST", "/control/faults", "{\"fault\":" + fault + "}", "Content-Type", "application/json");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(rig.control().faults()).isEmpty();
    }
}
