package dev.latchkey.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A door of TCP on loopback before a server, under an address that stays the same: shut, the server is gone for whoever
 * comes this way. Remembers the request lines that passed. Thread-safe.
 */
public final class Gate implements AutoCloseable {

    private static final Pattern HOST =
            Pattern.compile("(?<line>\\r\\nHost: )127\\.0\\.0\\.1:\\d+", Pattern.CASE_INSENSITIVE);

    private final int port;
    private final URI target;
    private final String host;
    private final Set<Socket> passing = ConcurrentHashMap.newKeySet();
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private volatile @Nullable ServerSocket listener;

    /** Opens a door on that port; what is behind it sees the address of the door as its own. */
    public Gate(int port, URI target) {
        this(port, target, port);
    }

    /** Opens a door on that port, behind which its name is not known: what passes names the target. */
    public static Gate renaming(int port, URI target) {
        return new Gate(port, target, target.getPort());
    }

    private Gate(int port, URI target, int namedPort) {
        this.port = port;
        this.target = target;
        this.host = "${line}127.0.0.1:" + namedPort;
        open();
    }

    /** Where it is. */
    public URI address() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** How many requests began with this text, as {@code GET /certs}. */
    public long passed(String beginning) {
        return requests.stream().filter(it -> it.startsWith(beginning)).count();
    }

    /** Lets pass again. */
    public void open() {
        try {
            ServerSocket opened = new ServerSocket();
            opened.setReuseAddress(true);
            opened.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 100);
            listener = opened;
            Thread.ofVirtual().name("gate").start(() -> accept(opened));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets nobody pass, and cuts who is passing. */
    public void shut() {
        try {
            ServerSocket opened = listener;
            if (opened != null) {
                opened.close();
            }
            for (Socket each : passing) {
                each.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocket opened) {
        while (!opened.isClosed()) {
            try {
                Socket client = opened.accept();
                Socket server = new Socket(target.getHost(), target.getPort());
                passing.add(client);
                passing.add(server);
                Thread.ofVirtual().start(() -> pump(client, server, true));
                Thread.ofVirtual().start(() -> pump(server, client, false));
            } catch (IOException e) {
                // shut, or the server is gone: the client sees its connection end
            }
        }
    }

    private void pump(Socket from, Socket to, boolean asking) {
        byte[] buffer = new byte[64 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                byte[] passed = Arrays.copyOf(buffer, length);
                if (asking) {
                    String text = new String(passed, StandardCharsets.ISO_8859_1);
                    requests.add(text.substring(0, Math.min(length, 200)));
                    passed = HOST.matcher(text).replaceFirst(host).getBytes(StandardCharsets.ISO_8859_1);
                }
                to.getOutputStream().write(passed);
                to.getOutputStream().flush();
            }
        } catch (IOException e) {
            // one side went away: so does the other
        } finally {
            passing.remove(from);
            passing.remove(to);
        }
    }

    @Override
    public void close() {
        shut();
    }
}
