package dev.latchkey.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testkit.BrokerProcess;
import dev.latchkey.testkit.ChildProcess;
import dev.latchkey.testkit.RawHttp;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A broker with a port for health and metrics of its own, and a drain at its end. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ManagementPortIT {

    private static final int PORT = ChildProcess.freePort();
    private static final URI MANAGEMENT = URI.create("http://127.0.0.1:" + PORT);

    private static BrokerProcess broker;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.startWithHealthAt(
                MANAGEMENT,
                Map.of("latchkey.http.management-port", Integer.toString(PORT), "latchkey.http.drain", "PT8S"));
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    @Order(1)
    @DisplayName("R164 health and metrics are on the management port only, and nothing else is there")
    void keepsThePortsApart() {
        String admin = "Authorization: " + broker.admin();

        assertThat(status(MANAGEMENT, "/q/health/ready")).isEqualTo(200);
        assertThat(status(MANAGEMENT, "/q/health/live", "Host: some-node:9000")).isEqualTo(200);
        assertThat(status(MANAGEMENT, "/q/metrics", "Host: some-node:9000")).isEqualTo(401);
        assertThat(status(MANAGEMENT, "/q/metrics", "Host: some-node:9000", admin))
                .isEqualTo(200);
        assertThat(status(MANAGEMENT, "/api/v1/catalog", admin)).isEqualTo(404);
        assertThat(status(MANAGEMENT, "/q/openapi")).isEqualTo(404);
        assertThat(status(broker.baseUri(), "/q/health/ready")).isEqualTo(404);
        assertThat(status(broker.baseUri(), "/q/health")).isEqualTo(404);
        assertThat(status(broker.baseUri(), "/q/metrics", admin)).isEqualTo(404);
        assertThat(status(broker.baseUri(), "/api/v1/catalog", admin)).isEqualTo(200);
    }

    @Test
    @Order(2)
    void refusesThePortOfTheApi() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            String port = Integer.toString(free.getLocalPort());
            assertThatThrownBy(() -> BrokerProcess.start(
                                    Map.of("latchkey.http.port", port, "latchkey.http.management-port", port), Map.of())
                            .close())
                    .hasMessageContaining("latchkey.http.management-port");
        }
    }

    @Test
    @Order(3)
    @DisplayName("R24 at SIGTERM it is not ready at once, serves on while it drains, and ends within 30 s")
    void drains() {
        String admin = "Authorization: " + broker.admin();
        long begun = System.nanoTime();
        CompletableFuture<Integer> end = CompletableFuture.supplyAsync(broker::stop);

        Awaitility.await()
                .pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofSeconds(60))
                .until(() -> end.isDone() || status(MANAGEMENT, "/q/health/ready") == 503);
        assertThat(end).isNotDone();
        assertThat(status(broker.baseUri(), "/api/v1/catalog", admin)).isEqualTo(200);

        assertThat(end.join()).isIn(0, 143);
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isBetween(Duration.ofSeconds(8), Duration.ofSeconds(30));
    }

    private static int status(URI server, String path, String... headers) {
        return RawHttp.status(RawHttp.get(server, path, headers));
    }
}
