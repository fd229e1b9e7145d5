package dev.latchkey.signing;

import static dev.latchkey.testkit.FaultyServer.answering;
import static dev.latchkey.testkit.FaultyServer.response;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testkit.BrokerClient;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.FaultyServer;
import dev.latchkey.testkit.TestHttp;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is passed on is not held, and is bounded. */
@QuarkusTest
@TestProfile(BrokerStack.class)
@Timeout(180)
class ProxyStreamTest {

    private static final int FIVE_MIB = 5 * 1024 * 1024;
    private static final int ELEVEN_MIB = 11 * 1024 * 1024;
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    @DisplayName("5 MiB go up and down whole, with and without a stated length")
    void passesLargeBodiesOn() throws Exception {
        byte[] large = new byte[FIVE_MIB];
        Arrays.fill(large, (byte) 'x');
        AtomicLong received = new AtomicLong();
        try (FaultyServer api = FaultyServer.start(connection -> {
            String request = connection.readRequest();
            if (request.startsWith("POST")) {
                received.set(request.length() - request.indexOf("\r\n\r\n") - 4L);
                connection.write(response(200, "", "ok"));
            } else if (request.startsWith("PUT")) {
                received.set(chunked(connection.socket().getInputStream()));
                connection.write(response(200, "", "ok"));
            } else {
                connection.write("HTTP/1.1 200 OK\r\n"
                        + (request.contains("/stated") ? "Content-Length: " + FIVE_MIB + "\r\n\r\n" : "\r\n"));
                connection.write(large);
            }
        })) {
            ProxyStory proxy = ProxyStory.begin(api);

            assertThat(proxy.client()
                            .send("POST", proxy.at("/x"), "application/octet-stream", large)
                            .status())
                    .isEqualTo(200);
            assertThat(received.get()).isEqualTo(FIVE_MIB);
            assertThat(proxy.client()
                            .send(proxy.client()
                                    .request(proxy.at("/x"))
                                    .PUT(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large))))
                            .status())
                    .isEqualTo(200);
            assertThat(received.get()).isEqualTo(FIVE_MIB);
            for (String path : new String[] {"/stated", "/unstated"}) {
                assertThat(proxy.client().get(proxy.at(path)).body()).as(path).hasSize(FIVE_MIB);
            }
        }
    }

    @Test
    @DisplayName("bytes reach the partner before the request ends, and the app before the answer ends")
    void streams() throws Exception {
        CountDownLatch requestBegun = new CountDownLatch(1);
        CountDownLatch answerBegun = new CountDownLatch(1);
        try (FaultyServer api = FaultyServer.start(connection -> {
            connection.readRequest();
            InputStream in = connection.socket().getInputStream();
            in.readNBytes(10); // of 200,000 stated by the chunks that follow
            requestBegun.countDown();
            chunkedRest(in);
            connection.write("HTTP/1.1 200 OK\r\n\r\nfirst");
            answerBegun.await();
            connection.write("last");
        })) {
            ProxyStory proxy = ProxyStory.begin(api);
            InputStream body = new InputStream() {
                private int sent;

                @Override
                public int read() throws IOException {
                    if (sent == 100_000) {
                        await(requestBegun); // the rest is only sent when the partner has the beginning
                    }
                    return sent++ < 200_000 ? 'x' : -1;
                }
            };

            HttpResponse<InputStream> answer = HTTP.send(
                    proxy.client()
                            .request(proxy.at("/x"))
                            .POST(BodyPublishers.ofInputStream(() -> body))
                            .build(),
                    BodyHandlers.ofInputStream());

            assertThat(new String(answer.body().readNBytes(5), StandardCharsets.US_ASCII))
                    .isEqualTo("first");
            answerBegun.countDown();
            assertThat(new String(answer.body().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("last");
        }
    }

    @Test
    @DisplayName("R63 more than 10 MiB does not go up, stated or not")
    void boundsWhatGoesUp() throws Exception {
        AtomicBoolean complete = new AtomicBoolean();
        try (FaultyServer api = FaultyServer.start(connection -> {
            connection.readRequest();
            chunkedRest(connection.socket().getInputStream());
            complete.set(true);
        })) {
            ProxyStory proxy = ProxyStory.begin(api);
            byte[] large = new byte[ELEVEN_MIB];

            BrokerClient.Answer stated = proxy.client().send("POST", proxy.at("/x"), "a/b", large);
            assertThat(stated.status()).isEqualTo(413);
            assertThat(stated.code()).isEqualTo("payload_too_large");
            assertThat(api.connections()).isZero();

            String answer = chunkedPost(proxy, ELEVEN_MIB);
            assertThat(answer).startsWith("HTTP/1.1 413 ").contains("\"code\":\"payload_too_large\"");
            assertThat(complete).isFalse();
        }
    }

    @Test
    @DisplayName("R63 more than 10 MiB does not come down: a stated length is refused, else the answer is cut")
    void boundsWhatComesDown() throws Exception {
        byte[] large = new byte[ELEVEN_MIB];
        try (FaultyServer api = FaultyServer.start(connection -> {
            String request = connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\n"
                    + (request.contains("/stated") ? "Content-Length: " + ELEVEN_MIB + "\r\n\r\n" : "\r\n"));
            connection.write(large);
        })) {
            ProxyStory proxy = ProxyStory.begin(api);

            assertThat(proxy.client().get(proxy.at("/stated")).code()).isEqualTo("partner_bad_response");
            assertThatThrownBy(() -> proxy.client().get(proxy.at("/unstated")))
                    .hasRootCauseInstanceOf(IOException.class);
        }
    }

    @Test
    @DisplayName("an app that goes away in the middle leaves no connection to the partner behind")
    void endsWithTheApp() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        try (FaultyServer api = FaultyServer.start(connection -> {
            connection.readRequest();
            try {
                connection.write("HTTP/1.1 200 OK\r\n\r\n");
                while (true) {
                    connection.write("more");
                    Thread.sleep(50);
                }
            } finally {
                closed.countDown();
            }
        })) {
            ProxyStory proxy = ProxyStory.begin(api);
            try (Socket app = new Socket("127.0.0.1", BrokerStack.broker().getPort())) {
                app.getOutputStream().write(head(proxy, "GET", "/x", "").getBytes(StandardCharsets.US_ASCII));
                app.getInputStream().readNBytes(20);
            }

            assertThat(closed.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    @DisplayName("an app that does not go on sending is answered 408, and the partner sees no complete request")
    void endsASlowSender() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        try (FaultyServer api = FaultyServer.start(connection -> {
            try {
                connection.readRequest(); // which never is complete
                connection.awaitClose();
            } finally {
                gone.countDown();
            }
        })) {
            ProxyStory proxy = ProxyStory.begin(api);
            try (Socket app = new Socket("127.0.0.1", BrokerStack.broker().getPort())) {
                app.setSoTimeout(60_000);
                String request = head(proxy, "POST", "/x", "Content-Length: 200000\r\n") + "x".repeat(100);
                app.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                String answer = new String(app.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

                assertThat(answer).startsWith("HTTP/1.1 408 ").contains("\"code\":\"request_timeout\"");
            }
            assertThat(gone.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    @DisplayName("R142 other paths keep to 64 KiB, and to bodies that are not packed")
    void boundsOtherPathsAsBefore() throws Exception {
        try (FaultyServer api = FaultyServer.start(answering(response(200, "", "ok")))) {
            ProxyStory proxy = ProxyStory.begin(api);
            String path = "/api/v1/connections/" + proxy.connection + "/token";

            assertThat(proxy.client()
                            .send("POST", path, "application/json", new byte[65_537])
                            .status())
                    .isEqualTo(413);
            assertThat(proxy.client()
                            .send(proxy.client()
                                    .request(path)
                                    .header("Content-Type", "application/json")
                                    .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(
                                            " ".repeat(100_000).getBytes()))))
                            .status())
                    .isEqualTo(413);
            assertThat(proxy.client()
                            .send(proxy.client()
                                    .request(proxy.at("/x"))
                                    .header("Content-Encoding", "gzip")
                                    .POST(BodyPublishers.ofString("packed")))
                            .status())
                    .isEqualTo(200);
            assertThat(api.requests().getLast().toLowerCase(java.util.Locale.ROOT))
                    .contains("content-encoding: gzip");
        }
    }

    /** Sends that many bytes in chunks and reads what comes back, whenever it comes. */
    private static String chunkedPost(ProxyStory proxy, int length) throws IOException {
        try (Socket app = new Socket("127.0.0.1", BrokerStack.broker().getPort())) {
            app.setSoTimeout(60_000);
            app.getOutputStream()
                    .write(head(proxy, "POST", "/x", "Transfer-Encoding: chunked\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] chunk = ("10000\r\n" + "x".repeat(65_536) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            try {
                for (int sent = 0; sent < length; sent += 65_536) {
                    app.getOutputStream().write(chunk);
                }
            } catch (IOException e) {
                // the broker does not read any more
            }
            byte[] answer = new byte[4096];
            int count = app.getInputStream().read(answer);
            return new String(answer, 0, Math.max(count, 0), StandardCharsets.UTF_8);
        }
    }

    private static String head(ProxyStory proxy, String method, String path, String fields) {
        return method + " " + proxy.at(path) + " HTTP/1.1\r\nHost: "
                + BrokerStack.broker().getAuthority() + "\r\nAuthorization: "
                + TestHttp.basic(proxy.app.id(), proxy.app.secret()) + "\r\n" + fields + "\r\n";
    }

    /** The length of a chunked body. */
    private static long chunked(InputStream in) throws IOException {
        long length = 0;
        while (true) {
            int size = Integer.parseInt(line(in), 16);
            in.readNBytes(size + 2);
            if (size == 0) {
                return length;
            }
            length += size;
        }
    }

    /** Reads to the last chunk, wherever it begins. */
    private static void chunkedRest(InputStream in) throws IOException {
        String end = "";
        while (!end.endsWith("\r\n0\r\n\r\n")) {
            int next = in.read();
            if (next == -1) {
                throw new IOException("no complete request");
            }
            end = (end + (char) next);
            end = end.substring(Math.max(0, end.length() - 7));
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next == -1) {
                throw new IOException("no complete request");
            }
            line.append((char) next);
        }
        return line.toString().strip();
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new IOException("nothing arrived");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
