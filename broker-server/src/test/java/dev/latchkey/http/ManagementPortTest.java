package dev.latchkey.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testkit.ChildProcess;
import dev.latchkey.testkit.Configs;
import dev.latchkey.testkit.RawHttp;
import dev.latchkey.testkit.TestDatabase;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.vertx.http.HttpServerStart;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One port more for a broker that runs already; {@code ManagementPortIT} has a broker with such a port. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class ManagementPortTest {

    private static final HttpServerStart STARTED = new HttpServerStart(new HttpServerOptions());

    @Inject
    Vertx vertx;

    private final int number = ChildProcess.freePort();
    private final URI server = URI.create("http://127.0.0.1:" + number);

    private ManagementPort opened;

    @BeforeEach
    void open() {
        opened = port(Integer.toString(number));
        opened.open(new StartupEvent());
    }

    @AfterEach
    void close() {
        opened.close(new ShutdownEvent());
    }

    @Test
    @DisplayName("R164 is not ready before the start is over, whatever its stores say")
    void isNotReadyBeforeTheStartIsOver() {
        assertThat(status("/q/health/ready")).isEqualTo(503);
        assertThat(status("/q/health/live")).isEqualTo(503);
    }

    @Test
    void leadsToTheRoutesOfTheBrokerOnceTheStartIsOver() {
        opened.serve(STARTED);

        assertThat(status("/q/health/ready")).isEqualTo(200);
        assertThat(status("/q/metrics")).isEqualTo(401);
    }

    @Test
    void isShutAtTheEnd() {
        opened.serve(STARTED);
        opened.close(new ShutdownEvent());

        assertThat(status("/q/health/ready")).isZero();
    }

    @Test
    void stopsTheStartWhereThePortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ManagementPort second = port(Integer.toString(taken.getLocalPort()));

            assertThatThrownBy(() -> second.open(new StartupEvent())).hasRootCauseInstanceOf(BindException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "65536", "8080"})
    void takesNoOtherNumber(String value) {
        assertThatThrownBy(() -> port(value)).hasMessageContaining("latchkey.http.management-port");
    }

    private ManagementPort port(String value) {
        return new ManagementPort(vertx, Configs.of(HttpConfig.class, Map.of("latchkey.http.management-port", value)));
    }

    /** 0 where nobody answers: for a moment a socket that is being shut may still take a connection, and drop it. */
    private int status(String path) {
        try {
            return RawHttp.status(RawHttp.get(server, path));
        } catch (UncheckedIOException refused) {
            return 0;
        }
    }
}
