package dev.latchkey.sandbox;

import com.sun.net.httpserver.HttpServer;
import dev.latchkey.sandbox.control.ControlApi;
import dev.latchkey.sandbox.control.Overview;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.partner.Partners;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A running sandbox. It listens on 127.0.0.1 only, because it knows no authentication. Thread-safe. */
public final class Sandbox implements AutoCloseable {

    /** Before the first server of this JVM, because the JDK reads them once; what the user set stays. */
    private static final Map<String, String> SERVER_PROPERTIES = Map.of(
            "sun.net.httpserver.nodelay", "true", // else each answer waits 40 ms for an ACK
            "sun.net.httpserver.maxIdleConnections", "10000", // else the 201st is closed under its client
            "sun.net.httpserver.idleInterval", "300");

    private final HttpServer server;
    private final ExecutorService threads;
    private final URI base;

    private Sandbox(HttpServer server, ExecutorService threads, URI base) {
        this.server = server;
        this.threads = threads;
        this.base = base;
    }

    /** Starts a sandbox; it answers when this returns. */
    public static Sandbox start(SandboxConfig config) {
        SERVER_PROPERTIES.forEach((name, value) -> System.getProperties().putIfAbsent(name, value));
        HttpServer server = listen(config.port());
        URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        World world = new World(base, config.clock(), config.random());
        Partners partners = new Partners(world);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        server.setExecutor(threads);
        server.createContext(
                "/", new FrontDoor(world, partners, new ControlApi(world, partners), new Overview(world, partners)));
        server.start();
        return new Sandbox(server, threads, base);
    }

    /** Where it is reached, such as {@code http://127.0.0.1:8600}. */
    public URI baseUri() {
        return base;
    }

    /** Stops at once: open connections are closed, waiting faults end. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static HttpServer listen(int port) {
        try {
            InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
            return HttpServer.create(new InetSocketAddress(loopback, port), 1024);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot listen on 127.0.0.1:" + port, failed);
        }
    }
}
