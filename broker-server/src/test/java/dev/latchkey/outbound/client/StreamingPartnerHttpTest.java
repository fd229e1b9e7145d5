package dev.latchkey.outbound.client;

import static dev.latchkey.testkit.FaultyServer.answering;
import static dev.latchkey.testkit.FaultyServer.response;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerCallException.Reason;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerStream;
import dev.latchkey.outbound.PartnerStreams;
import dev.latchkey.outbound.Upload;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.testkit.FaultyServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** R63 for what is passed on instead of read. */
@Timeout(180)
class StreamingPartnerHttpTest {

    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final int LIMIT = 100_000;

    private final PartnerStreams streams =
            TestOutbound.streams(Duration.ofSeconds(10), new TestOutbound.Streams(LIMIT, minute(), minute()));
    private final PartnerStreams impatient = TestOutbound.streams(
            Duration.ofSeconds(2), new TestOutbound.Streams(LIMIT, Duration.ofSeconds(2), minute()));

    @Test
    void passesBothHeadsAndBothBodiesOn() throws Exception {
        try (FaultyServer partner = FaultyServer.start(
                answering(response(201, "Content-Encoding: br\r\nX-A: 1\r\nx-a: 2\r\n", "packed")))) {
            PartnerRequest head = new PartnerRequest(
                    "PUT", partner.uri("/a;b=c/%7Ex?q=%20+%2F&&"), Map.of("Content-Encoding", "gzip"), new byte[0]);

            try (PartnerStream answer = streams.open(head, Upload.of("zipped".getBytes()))) {
                assertThat(answer.status()).isEqualTo(201);
                assertThat(answer.headers())
                        .containsEntry("x-a", java.util.List.of("1", "2"))
                        .containsEntry("content-encoding", java.util.List.of("br"));
                assertThat(answer.length()).hasValue(6);
                assertThat(all(answer)).isEqualTo("packed");
            }
            assertThat(partner.requests().getFirst())
                    .startsWith("PUT /a;b=c/%7Ex?q=%20+%2F&& HTTP/1.1\r\n")
                    .contains("Content-Length: 6\r\n", "Content-Encoding: gzip\r\n")
                    .endsWith("\r\n\r\nzipped")
                    .doesNotContainIgnoringCase("accept-encoding");
        }
    }

    @Test
    @DisplayName("a request's bytes are at the partner before the request ends, an answer's here before it ends")
    void bytesFlowBeforeTheEnd() throws Exception {
        CountDownLatch firstArrived = new CountDownLatch(1);
        CountDownLatch firstSeen = new CountDownLatch(1);
        try (PipedOutputStream app = new PipedOutputStream();
                FaultyServer partner = FaultyServer.start(connection -> {
                    connection.readRequest();
                    InputStream in = connection.socket().getInputStream();
                    in.readNBytes("5\r\nfirst\r\n".length());
                    firstArrived.countDown();
                    in.readNBytes("4\r\nlast\r\n0\r\n\r\n".length());
                    connection.write(OK + "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
                    firstSeen.await();
                    connection.write("3\r\ntwo\r\n0\r\n\r\n");
                })) {
            PipedInputStream body = new PipedInputStream(app);
            Thread sender = Thread.ofVirtual().start(() -> {
                try (app) {
                    app.write("first".getBytes());
                    app.flush();
                    firstArrived.await();
                    app.write("last".getBytes());
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });

            try (PartnerStream answer = streams.open(post(partner), new Upload(body, OptionalLong.empty()))) {
                byte[] buffer = new byte[100];
                assertThat(answer.read(buffer)).isEqualTo(3);
                firstSeen.countDown();
                assertThat(answer.length()).isEmpty();
                assertThat(all(answer)).isEqualTo("two");
            }
            sender.join();
        }
    }

    @Test
    @DisplayName("R63 an answer is cut at the limit, and refused at once if it states more")
    void boundsTheAnswer() throws Exception {
        try (FaultyServer partner = FaultyServer.start(answering(OK + "\r\n" + "x".repeat(LIMIT)));
                PartnerStream answer = streams.open(post(partner), none())) {
            assertThat(all(answer)).hasSize(LIMIT);
        }
        try (FaultyServer partner = FaultyServer.start(answering(OK + "\r\n" + "x".repeat(LIMIT + 1)));
                PartnerStream answer = streams.open(post(partner), none())) {
            assertThatIOException().isThrownBy(() -> all(answer));
        }
        try (FaultyServer partner = FaultyServer.start(answering(response(200, "", "x".repeat(LIMIT + 1))))) {
            assertFails(streams, partner, none(), Reason.MALFORMED);
        }
    }

    @Test
    @DisplayName("R63 an answer that ends before its stated end is no answer")
    void noticesAShortAnswer() throws Exception {
        try (FaultyServer partner = FaultyServer.start(answering(OK + "Content-Length: 10\r\n\r\nshort"));
                PartnerStream answer = streams.open(post(partner), none())) {
            assertThatIOException().isThrownBy(() -> all(answer));
        }
    }

    @Test
    @DisplayName("R63 a partner that pauses is given up: before its answer, within it, while it should read")
    void endsSilence() throws Exception {
        try (FaultyServer partner = FaultyServer.start(connection -> {
            connection.readRequest();
            connection.awaitClose();
        })) {
            assertFails(impatient, partner, none(), Reason.TIMEOUT);
        }
        try (FaultyServer partner = FaultyServer.start(connection -> {
                    connection.readRequest();
                    connection.write(OK + "Content-Length: 10\r\n\r\nshort");
                    connection.awaitClose();
                });
                PartnerStream answer = impatient.open(post(partner), none())) {
            assertThatIOException().isThrownBy(() -> all(answer));
        }
        try (FaultyServer partner = FaultyServer.start(connection -> Thread.sleep(30_000))) {
            assertFails(impatient, partner, Upload.of(new byte[50_000_000]), Reason.TIMEOUT);
        }
    }

    @Test
    @DisplayName("R63 one byte at a time does not outlast the whole time")
    void endsADrip() throws Exception {
        PartnerStreams brief = TestOutbound.streams(
                minute(), new TestOutbound.Streams(LIMIT, Duration.ofSeconds(2), Duration.ofSeconds(3)));
        try (FaultyServer partner = FaultyServer.start(connection -> {
                    connection.readRequest();
                    connection.write(OK + "Content-Length: 10000\r\n\r\n");
                    for (int i = 0; i < 10_000; i++) {
                        connection.write("x");
                        Thread.sleep(50);
                    }
                });
                PartnerStream answer = brief.open(post(partner), none())) {
            assertThatIOException().isThrownBy(() -> all(answer));
        }
    }

    @Test
    @DisplayName("a sender that pauses is not the partner's fault, and the partner sees no complete request")
    void tellsASlowSenderFromASlowPartner() throws Exception {
        try (PipedOutputStream app = new PipedOutputStream();
                FaultyServer partner = FaultyServer.start(FaultyServer.Connection::readRequest)) {
            Upload stalled = new Upload(new PipedInputStream(app), OptionalLong.of(5));

            assertFails(impatient, partner, stalled, Reason.SENDER);
        }
        try (FaultyServer partner = FaultyServer.start(connection -> {
            connection.readRequest();
            connection.write(OK + "\r\n");
        })) {
            assertFails(
                    streams,
                    partner,
                    new Upload(new ByteArrayInputStream(new byte[4]), OptionalLong.of(5)),
                    Reason.SENDER);
            assertFails(
                    streams,
                    partner,
                    new Upload(new ByteArrayInputStream(new byte[6]), OptionalLong.of(5)),
                    Reason.SENDER);
        }
    }

    @Test
    void whatTheBodyRefusesReachesTheCaller() throws Exception {
        InputStream refusing = new InputStream() {
            @Override
            public int read() {
                throw new BrokerException(ProblemType.PAYLOAD_TOO_LARGE, "Too large.");
            }
        };
        try (FaultyServer partner = FaultyServer.start(FaultyServer.Connection::readRequest)) {
            assertThatExceptionOfType(BrokerException.class)
                    .isThrownBy(() -> streams.open(post(partner), new Upload(refusing, OptionalLong.empty())))
                    .satisfies(e -> assertThat(e.type()).isEqualTo(ProblemType.PAYLOAD_TOO_LARGE));
        }
    }

    @Test
    @DisplayName("R129 the guard holds for streams; R64 a redirect is an answer; R27 nothing is sent twice")
    void isGuardedLikeEveryCall() throws Exception {
        for (String url :
                new String[] {"http://10.0.0.1/", "https://partner.example:22/", "https://169.254.169.254/"}) {
            assertThatExceptionOfType(PartnerCallException.class)
                    .isThrownBy(() -> streams.open(PartnerRequest.get(URI.create(url)), none()))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NOT_ALLOWED));
        }
        try (FaultyServer other = FaultyServer.start(answering(response(200, "", "caught")));
                FaultyServer partner =
                        FaultyServer.start(answering(response(307, "Location: " + other.uri("/steal") + "\r\n", "")));
                PartnerStream answer = streams.open(post(partner), none())) {
            assertThat(answer.status()).isEqualTo(307);
            assertThat(other.connections()).isZero();
        }
        try (FaultyServer partner = FaultyServer.start(connection -> {
            connection.readRequest();
            connection.reset();
        })) {
            assertFails(streams, partner, none(), Reason.BROKEN);
            assertThat(partner.connections()).isEqualTo(1);
        }
    }

    @Test
    void closingEarlyAbortsTheConnection() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        try (FaultyServer partner = FaultyServer.start(connection -> {
            connection.readRequest();
            connection.write(OK + "\r\nendless");
            try {
                connection.awaitClose();
            } finally {
                closed.countDown();
            }
        })) {
            streams.open(post(partner), none()).close();

            assertThat(closed.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void endedAndAbandonedStreamsLeaveNoConnectionBehind() throws Exception {
        try (FaultyServer partner = FaultyServer.start(answering(response(200, "", "ok")))) {
            for (int i = 0; i < 1100; i++) { // above the bound for one partner
                try (PartnerStream answer = streams.open(post(partner), none())) {
                    if (i % 2 == 0) {
                        assertThat(all(answer)).isEqualTo("ok");
                    }
                }
            }
        }
    }

    private static void assertFails(PartnerStreams streams, FaultyServer partner, Upload body, Reason reason) {
        assertThatExceptionOfType(PartnerCallException.class)
                .isThrownBy(() -> streams.open(post(partner), body))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private static PartnerRequest post(FaultyServer partner) {
        return new PartnerRequest("POST", partner.uri("/api"), Map.of(), new byte[0]);
    }

    private static Upload none() {
        return Upload.of(new byte[0]);
    }

    private static Duration minute() {
        return Duration.ofMinutes(1);
    }

    private static String all(PartnerStream answer) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        for (int count = answer.read(buffer); count != -1; count = answer.read(buffer)) {
            all.write(buffer, 0, count);
        }
        return all.toString();
    }
}
