package dev.latchkey.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A TCP proxy on loopback before a server of HTTP/1.1. On order it lets a request through, waits for the server to
 * answer, and then cuts the connection instead of passing the answer on. Thread-safe.
 */
public final class LossyProxy implements AutoCloseable {

    private static final String NOTHING = "";

    private final URI target;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicReference<String> ordered = new AtomicReference<>(NOTHING);

    /** Listens on a free port. */
    public LossyProxy(URI target) {
        this.target = target;
        try {
            this.listener = new ServerSocket(0, 100, InetAddress.getByName("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("lossy-proxy").start(this::accept);
    }

    /** Where it listens. */
    public URI address() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    /** Loses the answer to the next request that begins with this text, such as {@code POST /v1/latchkey/}. */
    public void loseAnswerTo(String beginning) {
        ordered.set(beginning);
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(target.getHost(), target.getPort());
                open.add(client);
                open.add(server);
                AtomicReference<String> losing = new AtomicReference<>(NOTHING);
                Thread.ofVirtual().start(() -> pump(client, server, true, losing));
                Thread.ofVirtual().start(() -> pump(server, client, false, losing));
            } catch (IOException e) {
                // closed, or the server is gone: the client sees its connection end
            }
        }
    }

    private void pump(Socket from, Socket to, boolean requests, AtomicReference<String> losing) {
        byte[] buffer = new byte[64 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (requests) {
                    String order = ordered.get();
                    String text = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
                    if (!order.isEmpty() && text.startsWith(order) && ordered.compareAndSet(order, NOTHING)) {
                        losing.set(order);
                    }
                } else if (!losing.get().isEmpty()) {
                    return;
                }
                to.getOutputStream().write(buffer, 0, length);
                to.getOutputStream().flush();
            }
        } catch (IOException e) {
            // one side went away: so does the other
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }
}
