package dev.latchkey.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.problem.ProblemWriter;
import dev.latchkey.testkit.Configs;
import dev.latchkey.testkit.RawHttp;
import dev.latchkey.testkit.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class SlowBodyFilterTest {

    private static final Duration TIMEOUT = Duration.ofMillis(200);

    /** Nobody watches its loops, one of which is made to stand still. */
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setBlockedThreadCheckInterval(3_600_000));

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch sent = new CountDownLatch(1);

    @Inject
    ProblemWriter problems;

    private HttpServer server;

    @BeforeEach
    void listen() {
        SlowBodyFilter filter = new SlowBodyFilter(
                problems, Configs.of(HttpConfig.class, Map.of("latchkey.http.body-timeout", TIMEOUT.toString())));
        Router router = Router.router(vertx);
        router.route().handler(context -> {
            filter.watch(context);
            context.request().body().onSuccess(body -> context.end(body.length() + " bytes"));
            standStill(context);
        });
        server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    @DisplayName("R126 a body that came while the process stood still is in time")
    void standsStill() throws Exception {
        try (Socket sender = sender("/still")) {
            assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
            sender.getOutputStream().write('b');
            sent.countDown();

            assertThat(RawHttp.rest(sender)).startsWith("HTTP/1.1 200").endsWith("2 bytes");
        }
    }

    @Test
    @DisplayName("R126 a body that does not come is not waited for")
    void doesNotCome() throws Exception {
        sent.countDown();
        try (Socket sender = sender("/")) {
            assertThat(RawHttp.status(RawHttp.rest(sender))).isEqualTo(408);
        }
    }

    /** Half a body of two bytes is sent. */
    private Socket sender(String path) throws IOException {
        Socket socket = new Socket("127.0.0.1", server.actualPort());
        socket.setSoTimeout(60_000);
        socket.getOutputStream()
                .write(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                + "Content-Length: 2\r\n\r\na")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Blocks the event loop until the rest has been sent and the time is over. */
    private void standStill(RoutingContext context) {
        if (!"/still".equals(context.request().path())) {
            return;
        }
        begun.countDown();
        try {
            sent.await(60, TimeUnit.SECONDS);
            Thread.sleep(TIMEOUT.multipliedBy(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
