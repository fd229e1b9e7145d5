package dev.latchkey.http;

import dev.latchkey.problem.BrokerException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.HttpServerStart;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A second port for health and metrics, if one is configured: then they are there only, and nothing else is. Both ports
 * lead to the same routes, filters and rights. The framework's own management interface is not used because it is chosen
 * when the broker is built, and the embedded default has one port. Thread-safe.
 */
@Singleton
final class ManagementPort {

    private static final String HEALTH = "/q/health";
    private static final String METRICS = "/q/metrics";
    private static final int LONGEST_LINE = 4096;
    private static final int LARGEST_HEADERS = 16 * 1024;
    private static final int STARTING = 503;
    private static final long PATIENCE_SECONDS = 10;

    private final Vertx vertx;
    private final String host;
    private final Optional<Integer> port;
    private @Nullable HttpServer server;
    private volatile boolean serving;

    ManagementPort(Vertx vertx, HttpConfig config) {
        this.vertx = vertx;
        this.host = config.host();
        this.port = config.managementPort();
        if (port.filter(number -> number < 1 || number > 65535 || number == config.port())
                .isPresent()) {
            throw new IllegalArgumentException(
                    "latchkey.http.management-port must be a port of 1 to 65535 that differs from latchkey.http.port");
        }
    }

    /** A port that is taken stops the start. */
    void open(@Observes StartupEvent starting) {
        if (port.isPresent()) {
            HttpServerOptions options = new HttpServerOptions()
                    .setHost(host)
                    .setPort(port.get())
                    .setMaxInitialLineLength(LONGEST_LINE)
                    .setMaxHeaderSize(LARGEST_HEADERS)
                    .setIdleTimeout((int) PATIENCE_SECONDS);
            server = done(
                    vertx.createHttpServer(options).requestHandler(this::handle).listen());
        }
    }

    /** The start is over: before that the broker is not ready, whatever its stores say. */
    void serve(@ObservesAsync HttpServerStart started) {
        serving = true;
    }

    private void handle(HttpServerRequest request) {
        if (serving) {
            VertxHttpRecorder.getRootHandler().handle(request);
        } else {
            request.response().setStatusCode(STARTING).end();
        }
    }

    /** Comes when every request under way is done, so health is answered until then. */
    void close(@Observes ShutdownEvent stopping) {
        if (server != null) {
            done(server.close());
        }
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** Refuses what belongs to the other port. */
    void check(RoutingContext context) {
        if (port.isPresent() && isManagement(context.request().path()) != isAsked(context.request())) {
            throw BrokerException.notFound();
        }
    }

    /** Whether the request came in here, where no browser is led to and an orchestrator calls by any name. */
    boolean isAsked(HttpServerRequest request) {
        return port.isPresent() && request.localAddress().port() == port.get();
    }

    private static boolean isManagement(@Nullable String path) {
        return path != null && (isBelow(HEALTH, path) || isBelow(METRICS, path));
    }

    private static boolean isBelow(String root, String path) {
        return path.equals(root) || path.startsWith(root + "/");
    }
}
