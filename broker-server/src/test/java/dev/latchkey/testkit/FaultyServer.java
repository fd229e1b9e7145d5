package dev.latchkey.testkit;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * A server on loopback that plays a script on the bare socket, so that a test can answer with anything, or with nothing.
 * Counts connections and keeps what it read. Thread-safe.
 */
public final class FaultyServer implements AutoCloseable {

    /** What happens on one connection; the socket is closed afterwards. */
    @FunctionalInterface
    public interface Script {
        /** Plays; an {@link IOException} means that the other side went away and ends the connection. */
        void play(Connection connection) throws IOException, InterruptedException;
    }

    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)\\s*$");

    private final ServerSocket listener;
    private final boolean tls;
    private final Script script;
    private final AtomicInteger connections = new AtomicInteger();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();

    private FaultyServer(ServerSocket listener, boolean tls, Script script) {
        this.listener = listener;
        this.tls = tls;
        this.script = script;
        Thread.ofVirtual().name("faulty-server").start(this::accept);
    }

    /** Listens in clear on a free port of 127.0.0.1. */
    public static FaultyServer start(Script script) throws IOException {
        return new FaultyServer(new ServerSocket(0, 200, loopback()), false, script);
    }

    /** Listens with TLS on a free port of 127.0.0.1. */
    public static FaultyServer startTls(SSLContext context, Script script) throws IOException {
        return new FaultyServer(context.getServerSocketFactory().createServerSocket(0, 200, loopback()), true, script);
    }

    /** Reads one request and answers with these bytes (ISO 8859-1). */
    public static Script answering(String response) {
        return connection -> {
            connection.readRequest();
            connection.write(response);
        };
    }

    /** A response with a body and its length. */
    public static String response(int status, String headers, String body) {
        return "HTTP/1.1 " + status + " X\r\n" + headers + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }

    /** The port. */
    public int port() {
        return listener.getLocalPort();
    }

    /** An address of this server by number. */
    public URI uri(String path) {
        return URI.create((tls ? "https" : "http") + "://127.0.0.1:" + port() + path);
    }

    /** How many connections were made. */
    public int connections() {
        return connections.get();
    }

    /** The requests that were read, each as it came over the wire. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Closeable socket : open) {
            socket.close();
        }
    }

    private static InetAddress loopback() throws IOException {
        return InetAddress.getByName("127.0.0.1");
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                connections.incrementAndGet();
                open.add(socket);
                Thread.ofVirtual().name("faulty-connection").start(() -> play(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void play(Socket socket) {
        try (socket) {
            script.play(new Connection(socket));
        } catch (IOException e) {
            // the client went away, which many tests want it to
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    /** One connection of a client. */
    public final class Connection {

        private final Socket socket;

        private Connection(Socket socket) {
            this.socket = socket;
        }

        /** Reads a head and as much body as its Content-Length says, and notes it. */
        public String readRequest() throws IOException {
            InputStream in = socket.getInputStream();
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                int next = in.read();
                if (next == -1) {
                    throw new IOException("no request");
                }
                head.write(next);
            }
            String text = head.toString(StandardCharsets.ISO_8859_1);
            Matcher length = CONTENT_LENGTH.matcher(text);
            if (length.find()) {
                text += new String(in.readNBytes(Integer.parseInt(length.group(1))), StandardCharsets.ISO_8859_1);
            }
            requests.add(text);
            return text;
        }

        /** Writes bytes (ISO 8859-1) at once. */
        public void write(String text) throws IOException {
            write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        /** Writes bytes at once. */
        public void write(byte[] bytes) throws IOException {
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
        }

        /** Waits until the client closes; what it still sends is dropped. */
        public void awaitClose() throws IOException {
            InputStream in = socket.getInputStream();
            while (in.read() != -1) {
                // dropped
            }
        }

        /** Closes with a reset instead of an orderly end. */
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** The bare socket. */
        public Socket socket() {
            return socket;
        }
    }
}
