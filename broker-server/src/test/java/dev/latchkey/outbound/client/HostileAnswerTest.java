package dev.latchkey.outbound.client;

import static dev.latchkey.outbound.client.GuardedPartnerHttpTest.assertFails;
import static dev.latchkey.outbound.client.GuardedPartnerHttpTest.post;
import static dev.latchkey.testkit.FaultyServer.answering;
import static dev.latchkey.testkit.FaultyServer.response;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.outbound.PartnerCallException.Reason;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.testkit.FaultyServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R63: what a partner can answer to hurt us. */
@Timeout(180)
class HostileAnswerTest {

    private static final int LIMIT = 262_144;
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    private final PartnerHttp http = TestOutbound.http(TestOutbound.config(true));
    private final PartnerHttp impatient = TestOutbound.http(TestOutbound.impatient(Duration.ofSeconds(4)));

    @Test
    @DisplayName("R63 gives up a 100 MB body, stated or not, at the limit")
    void boundsALargeBody() throws Exception {
        for (String head : new String[] {"Content-Length: 104857600\r\n\r\n", "\r\n"}) {
            AtomicLong written = new AtomicLong();
            try (FaultyServer partner = FaultyServer.start(connection -> {
                connection.readRequest();
                connection.write(OK + head);
                byte[] block = new byte[65_536];
                for (int i = 0; i < 1600; i++) {
                    connection.write(block);
                    written.addAndGet(block.length);
                }
            })) {
                assertFails(http, post(partner), Reason.MALFORMED);
            }
            // what fits into the sockets' buffers may have left the partner; the rest was never taken
            assertThat(written.get()).isLessThan(50_000_000);
        }
    }

    @Test
    @DisplayName("R63 a body of exactly the limit is read, one byte more is not")
    void drawsTheLineAtTheLimit() throws Exception {
        try (FaultyServer partner = FaultyServer.start(answering(OK + "\r\n" + "x".repeat(LIMIT)))) {
            assertThat(http.send(post(partner)).body()).hasSize(LIMIT);
        }
        try (FaultyServer partner = FaultyServer.start(answering(OK + "\r\n" + "x".repeat(LIMIT + 1)))) {
            assertFails(http, post(partner), Reason.MALFORMED);
        }
    }

    @Test
    @DisplayName("R63 the deadline holds against one byte at a time, in the body")
    void endsADrippingBody() throws Exception {
        try (FaultyServer partner = FaultyServer.start(connection -> {
            connection.readRequest();
            connection.write(OK + "Content-Length: 100000\r\n\r\n");
            drip(connection, "x");
        })) {
            assertFails(impatient, post(partner), Reason.TIMEOUT);
        }
    }

    @Test
    @DisplayName("R63 the deadline holds against one byte at a time, in the head")
    void endsADrippingHead() throws Exception {
        try (FaultyServer partner = FaultyServer.start(connection -> {
            connection.readRequest();
            connection.write(OK + "X-A: ");
            drip(connection, "a");
        })) {
            assertFails(impatient, post(partner), Reason.TIMEOUT);
        }
    }

    @Test
    @DisplayName("R63 the deadline holds against endless interim answers")
    void endsInterimAnswers() throws Exception {
        try (FaultyServer partner = FaultyServer.start(connection -> {
            connection.readRequest();
            drip(connection, "HTTP/1.1 102 Wait\r\n\r\n");
        })) {
            assertFails(impatient, post(partner), Reason.TIMEOUT);
        }
    }

    @Test
    @DisplayName("R63 silence after the request is a timeout of a sent request")
    void endsSilence() throws Exception {
        try (FaultyServer partner = FaultyServer.start(connection -> {
            connection.readRequest();
            connection.awaitClose();
        })) {
            assertFails(impatient, post(partner), Reason.TIMEOUT);
        }
    }

    @Test
    @DisplayName("R63 a partner that reads nothing cannot hold a large request")
    void endsAStalledWrite() throws Exception {
        try (FaultyServer partner = FaultyServer.start(connection -> Thread.sleep(20_000))) {
            PartnerRequest large =
                    new PartnerRequest("POST", partner.uri("/"), java.util.Map.of(), new byte[64_000_000]);

            assertFails(impatient, large, Reason.TIMEOUT);
        }
    }

    @ParameterizedTest
    @DisplayName("R63 an encoded answer is refused unread")
    @ValueSource(strings = {"gzip", "deflate", "br", "zstd", "identity, gzip", "x"})
    void refusesEncodings(String coding) throws Exception {
        byte[] bomb = gzip(10_000_000);
        try (FaultyServer partner = FaultyServer.start(connection -> {
            connection.readRequest();
            connection.write(OK + "Content-Encoding: " + coding + "\r\nContent-Length: " + bomb.length + "\r\n\r\n");
            connection.write(bomb);
        })) {
            assertFails(http, post(partner), Reason.MALFORMED);
        }
    }

    @Test
    void readsIdentityEncoding() throws Exception {
        try (FaultyServer partner =
                FaultyServer.start(answering(response(200, "Content-Encoding: identity\r\n", "x")))) {
            assertThat(http.send(post(partner)).body()).hasSize(1);
        }
    }

    @Test
    @DisplayName("R63 endless chunks are given up at the limit")
    void boundsChunks() throws Exception {
        try (FaultyServer partner = FaultyServer.start(connection -> {
            connection.readRequest();
            connection.write(OK + "Transfer-Encoding: chunked\r\n\r\n");
            while (true) {
                connection.write("400\r\n" + "x".repeat(1024) + "\r\n");
            }
        })) {
            assertFails(http, post(partner), Reason.MALFORMED);
        }
    }

    @ParameterizedTest
    @DisplayName("R63 an invalid chunk is malformed")
    @ValueSource(
            strings = {"zz\r\nab\r\n0\r\n\r\n", "-1\r\nab\r\n", "ffffffffffffffff\r\nab", "2\r\nabcd\r\n0\r\n\r\n"})
    void refusesInvalidChunks(String body) throws Exception {
        try (FaultyServer partner = FaultyServer.start(answering(OK + "Transfer-Encoding: chunked\r\n\r\n" + body))) {
            assertFails(http, post(partner), Reason.MALFORMED);
        }
    }

    @ParameterizedTest
    @DisplayName("R63 an answer that ends early is broken, not short")
    @ValueSource(
            strings = {
                "Content-Length: 10\r\n\r\nabc",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
                "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"
            })
    void refusesTruncation(String rest) throws Exception {
        try (FaultyServer partner = FaultyServer.start(answering(OK + rest))) {
            assertFails(http, post(partner), Reason.BROKEN);
        }
    }

    @Test
    @DisplayName("R63 headers are bounded in number and length, trailers too")
    void boundsHeaders() throws Exception {
        for (String answer : new String[] {
            OK + "X-A: 1\r\n".repeat(101) + "\r\n",
            OK + "X-A: " + "a".repeat(20_000) + "\r\n\r\n",
            OK + "a".repeat(20_000),
            OK + "X-A: 1\r\n" + " more\r\n".repeat(200_000),
            OK + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + "X-A: 1\r\n".repeat(101) + "\r\n"
        }) {
            try (FaultyServer partner = FaultyServer.start(answering(answer))) {
                assertFails(http, post(partner), Reason.MALFORMED);
            }
        }
    }

    @ParameterizedTest
    @DisplayName("R63 what is not HTTP is malformed")
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2\r\n",
                "220 mail ESMTP\r\n",
                "\r\n\r\n\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
                "garbage\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 abc OK\r\n\r\n",
                "HTTP/9.9 200 OK\r\n\r\n",
                "{\"access_token\":\"x\"}\r\n",
                "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"
            })
    void refusesWhatIsNotHttp(String answer) throws Exception {
        try (FaultyServer partner = FaultyServer.start(answering(answer))) {
            assertFails(http, post(partner), Reason.MALFORMED);
            assertThat(partner.connections()).isEqualTo(1);
        }
    }

    private static void drip(FaultyServer.Connection connection, String part) throws IOException, InterruptedException {
        for (int i = 0; i < 400; i++) {
            connection.write(part);
            Thread.sleep(50);
        }
    }

    private static byte[] gzip(int zeros) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(new byte[zeros]);
        }
        return bytes.toByteArray();
    }
}
