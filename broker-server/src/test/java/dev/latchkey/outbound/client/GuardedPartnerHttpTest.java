package dev.latchkey.outbound.client;

import static dev.latchkey.testkit.FaultyServer.answering;
import static dev.latchkey.testkit.FaultyServer.response;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerCallException.Reason;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.testkit.FaultyServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class GuardedPartnerHttpTest {

    private static final byte[] FORM = "grant_type=refresh_token".getBytes(StandardCharsets.US_ASCII);

    private final PartnerHttp http = TestOutbound.http(TestOutbound.config(true));

    @Test
    void sendsTheRequestAndReadsTheAnswer() throws Exception {
        try (FaultyServer partner = FaultyServer.start(
                answering(response(400, "X-A: 1\r\nx-a: 2\r\nContent-Type: application/json\r\n", "{}")))) {
            PartnerResponse answer = http.send(post(partner).withHeader("Authorization", "Basic eA=="));

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.headers()).containsEntry("x-a", java.util.List.of("1", "2"));
            assertThat(answer.header("Content-Type")).contains("application/json");
            assertThat(answer.body()).asString().isEqualTo("{}");
            assertThat(partner.requests())
                    .singleElement()
                    .satisfies(request -> assertThat(request)
                            .startsWith("POST /token?a=b HTTP/1.1\r\n")
                            .contains("Host: 127.0.0.1:" + partner.port() + "\r\n")
                            .contains("Authorization: Basic eA==\r\n")
                            .contains("User-Agent: Latchkey/test\r\n")
                            .contains("Connection: close\r\n")
                            .endsWith("\r\n\r\ngrant_type=refresh_token")
                            .doesNotContainIgnoringCase("accept-encoding")
                            .doesNotContainIgnoringCase("keep-alive")
                            .doesNotContainIgnoringCase("upgrade")
                            .doesNotContainIgnoringCase("expect"));
        }
    }

    @Test
    void aRequestsOwnUserAgentWins() throws Exception {
        try (FaultyServer partner = FaultyServer.start(answering(response(200, "", "")))) {
            http.send(PartnerRequest.get(partner.uri("/")).withHeader("User-Agent", "Cryptonit-Client"));

            assertThat(partner.requests().getFirst()).containsOnlyOnce("User-Agent: Cryptonit-Client\r\n");
        }
    }

    @Test
    @DisplayName("R66 each call has a connection of its own")
    void keepsNoConnection() throws Exception {
        try (FaultyServer partner = FaultyServer.start(connection -> {
            connection.readRequest();
            connection.write(response(200, "Connection: keep-alive\r\n", "ok"));
            connection.awaitClose();
        })) {
            http.send(post(partner));
            http.send(post(partner));

            assertThat(partner.connections()).isEqualTo(2);
        }
    }

    @Test
    void keepsNoCookie() throws Exception {
        try (FaultyServer partner = FaultyServer.start(answering(response(200, "Set-Cookie: a=b\r\n", "")))) {
            http.send(post(partner));
            http.send(post(partner));

            assertThat(partner.requests()).hasSize(2).noneMatch(request -> request.contains("Cookie"));
        }
    }

    @ParameterizedTest
    @DisplayName("R64 a redirect is an answer, and the second host sees nothing")
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void followsNoRedirect(int status) throws Exception {
        try (FaultyServer other = FaultyServer.start(answering(response(200, "", "caught")));
                FaultyServer partner = FaultyServer.start(
                        answering(response(status, "Location: " + other.uri("/steal") + "\r\n", "")))) {
            PartnerResponse answer = http.send(post(partner).withHeader("Authorization", "Basic eA=="));

            assertThat(answer.status()).isEqualTo(status);
            assertThat(other.connections()).isZero();
        }
    }

    @Test
    @DisplayName("R27 a reset after the request was read causes no second request")
    void sendsOnceWhenThePartnerResets() throws Exception {
        try (FaultyServer partner = FaultyServer.start(connection -> {
            connection.readRequest();
            connection.reset();
        })) {
            assertFails(http, post(partner), Reason.BROKEN);

            assertThat(partner.connections()).isEqualTo(1);
            assertThat(partner.requests()).hasSize(1);
        }
    }

    @Test
    @DisplayName("R27 an orderly end without an answer causes no second request, for GET either")
    void sendsOnceWhenThePartnerHangsUp() throws Exception {
        try (FaultyServer partner = FaultyServer.start(FaultyServer.Connection::readRequest)) {
            assertFails(http, PartnerRequest.get(partner.uri("/")), Reason.BROKEN);

            assertThat(partner.connections()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("R27 503 with Retry-After is an answer, not a reason to send again")
    void sendsOnceWhenThePartnerIsBusy() throws Exception {
        try (FaultyServer partner = FaultyServer.start(answering(response(503, "Retry-After: 0\r\n", "")))) {
            assertThat(http.send(post(partner)).status()).isEqualTo(503);
            assertThat(partner.requests()).hasSize(1);
        }
    }

    @Test
    void aResetInTheMiddleOfTheRequestCountsAsSent() throws Exception {
        try (FaultyServer partner = FaultyServer.start(connection -> {
            connection.socket().getInputStream().readNBytes(10);
            connection.reset();
        })) {
            PartnerRequest large = new PartnerRequest("POST", partner.uri("/"), Map.of(), new byte[8_000_000]);

            assertFails(http, large, Reason.BROKEN);
        }
    }

    @Test
    void nobodyListeningIsUnreachableAndUnsent() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = free.getLocalPort();
        }

        assertFails(http, PartnerRequest.get(URI.create("http://127.0.0.1:" + port + "/")), Reason.UNREACHABLE);
    }

    @Test
    void aHangingDnsIsGivenUpUnsent() {
        CountDownLatch never = new CountDownLatch(1);
        PartnerHttp impatient = TestOutbound.http(TestOutbound.impatient(Duration.ofMillis(300)), host -> {
            await(never);
            return InetAddress.getAllByName("127.0.0.1");
        });

        assertFails(impatient, PartnerRequest.get(URI.create("http://localhost:1/")), Reason.UNREACHABLE);
        never.countDown();
    }

    @Test
    void aForbiddenAddressIsRefusedBeforeAnything() {
        assertFails(http, PartnerRequest.get(URI.create("http://10.0.0.1/")), Reason.NOT_ALLOWED);
        assertFails(http, PartnerRequest.get(URI.create("https://partner.example:22/")), Reason.NOT_ALLOWED);
    }

    @Test
    void refusesFieldsThatChangeTheFraming() throws IOException {
        try (FaultyServer partner = FaultyServer.start(answering(response(200, "", "")))) {
            for (String name : new String[] {"Content-Length", "Transfer-Encoding", "Host", "Accept-Encoding", "a b"}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> http.send(post(partner).withHeader(name, "1")));
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> http.send(post(partner).withHeader("X-A", "1\r\nX-B: 2")));
            assertThat(partner.connections()).isZero();
        }
    }

    @Test
    void givenUpCallsLeaveNoConnectionBehind() throws Exception {
        try (FaultyServer partner = FaultyServer.start(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n");
            connection.awaitClose();
        })) {
            for (int i = 0; i < 1100; i++) { // above the bound for one partner
                assertFails(http, post(partner), Reason.MALFORMED);
            }
        }
    }

    @Test
    void countsCallsByOutcome() throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        PartnerHttp metered = TestOutbound.http(
                TestOutbound.config(true), TestOutbound::loopbackOnly, SSLContext.getDefault(), meters);
        try (FaultyServer partner = FaultyServer.start(answering(response(200, "", "")))) {
            metered.send(post(partner));
        }
        assertFails(metered, PartnerRequest.get(URI.create("https://10.0.0.1/")), Reason.NOT_ALLOWED);

        assertThat(meters.get("latchkey.partner.calls")
                        .tag("outcome", "answered")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(meters.get("latchkey.partner.calls")
                        .tag("outcome", "not_allowed")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    static void assertFails(PartnerHttp http, PartnerRequest request, Reason reason) {
        Assertions.assertThatExceptionOfType(PartnerCallException.class)
                .isThrownBy(() -> http.send(request))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
    }

    static PartnerRequest post(FaultyServer partner) {
        return new PartnerRequest(
                "POST",
                partner.uri("/token?a=b"),
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                FORM.clone());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
