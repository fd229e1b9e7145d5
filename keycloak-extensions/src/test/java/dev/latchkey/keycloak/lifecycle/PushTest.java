package dev.latchkey.keycloak.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.latchkey.keycloak.lifecycle.Push.Answer;
import dev.latchkey.keycloak.lifecycle.Push.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PushTest {

    private final Queue<String> came = new ConcurrentLinkedQueue<>();
    private final Push push = new Push();
    private HttpServer receiver;
    private volatile int status = 202;
    private volatile String body = "";

    @BeforeEach
    void listen() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            String type = exchange.getRequestHeaders().getFirst("Content-Type");
            came.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + type + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.getResponseHeaders().set("Location", endpoint() + "/elsewhere");
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        receiver.start();
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
    }

    @Test
    @DisplayName("posts the token as RFC 8935 section 2.1 has it; 202 alone means that the broker has it")
    void pushes() {
        assertThat(push.send(endpoint(), "a.b.c").outcome()).isEqualTo(Outcome.DELIVERED);

        assertThat(came).containsExactly("POST /events application/secevent+jwt a.b.c");
    }

    @ParameterizedTest
    @CsvSource({"200", "204", "301", "307", "400", "401", "403", "404", "413", "429", "500", "503"})
    @DisplayName("any other answer leaves the event where it is, and a redirect is not followed")
    void triesLater(int other) {
        status = other;

        assertThat(push.send(endpoint(), "a.b.c").outcome()).isEqualTo(Outcome.TRY_LATER);
        assertThat(came).hasSize(1);
    }

    @Test
    @DisplayName("a refusal is one by RFC 8935 section 2.3; nothing else of the answer is told")
    void isRefused() {
        status = 400;
        body = "{\"err\":\"invalid_key\",\"description\":\"token a.b.c\"}";

        Answer answer = push.send(endpoint(), "a.b.c");

        assertThat(answer).isEqualTo(new Answer(Outcome.REFUSED, "400 invalid_key"));
    }

    @ParameterizedTest
    @CsvSource({"401", "403", "500", "503"})
    @DisplayName("only a 400 is such a refusal, whatever another answer says")
    void isNotRefused(int other) {
        status = other;
        body = "{\"err\":\"invalid_key\"}";

        assertThat(push.send(endpoint(), "a.b.c").outcome()).isEqualTo(Outcome.TRY_LATER);
    }

    @Test
    void readsOnlyTheBeginningOfAnAnswer() {
        status = 400;
        body = " ".repeat(5000) + "{\"err\":\"invalid_key\"}";

        assertThat(push.send(endpoint(), "a.b.c").outcome()).isEqualTo(Outcome.TRY_LATER);
    }

    @Test
    @Timeout(120)
    @DisplayName("an answer that stops in the middle holds nothing up")
    void boundsTheTimeOfTheAnswer() {
        CountDownLatch over = new CountDownLatch(1);
        receiver.createContext("/half", exchange -> {
            exchange.sendResponseHeaders(400, 100);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            await(over);
        });

        Answer answer = new Push(Duration.ofSeconds(1)).send(endpoint().resolve("/half"), "a.b.c");

        over.countDown();
        assertThat(answer.outcome()).isEqualTo(Outcome.TRY_LATER);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void triesLaterWhenNobodyListens() {
        URI address = endpoint();
        receiver.stop(0);

        assertThat(push.send(address, "a.b.c").outcome()).isEqualTo(Outcome.TRY_LATER);
    }

    @Test
    @DisplayName("waits longer from attempt to attempt, and never more than 15 s")
    void backsOff() {
        assertThat(Map.of(1, 1000L, 2, 2000L, 3, 4000L, 4, 8000L, 5, 15_000L, 1_000_000, 15_000L))
                .allSatisfy(
                        (attempts, wait) -> assertThat(Backoff.after(attempts)).isEqualTo(wait));
    }

    private URI endpoint() {
        return URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + "/events");
    }
}
