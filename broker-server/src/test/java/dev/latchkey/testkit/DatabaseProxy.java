package dev.latchkey.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A TCP proxy on loopback before a database, with an address that stays while servers come and go behind it. On order it
 * swallows every byte without a word, as a firewall that drops packets, or loses the answer to one commit. Thread-safe.
 */
public final class DatabaseProxy implements AutoCloseable {

    private static final String COMMIT = "COMMIT";

    private final ServerSocket listener;
    private final AtomicInteger target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Order> order = new AtomicReference<>(Order.NONE);
    private volatile boolean swallowing;

    /** Lose the answer to the commit after so many others. */
    private record Order(int commitsBefore) {
        static final Order NONE = new Order(-1);
    }

    /** Listens on a free port and leads to that one. */
    public DatabaseProxy(int targetPort) {
        this.target = new AtomicInteger(targetPort);
        try {
            this.listener = new ServerSocket(0, 200, InetAddress.getByName("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("database-proxy").start(this::accept);
    }

    /** The JDBC address of a database behind it, made from the address without it. */
    public String through(String url) {
        return url.replaceFirst("127\\.0\\.0\\.1:[0-9]+", "127.0.0.1:" + listener.getLocalPort());
    }

    /** New connections lead there from now on. */
    public void leadTo(int port) {
        target.set(port);
    }

    /** Nothing passes any more, and nothing is closed. */
    public void swallow() {
        swallowing = true;
    }

    /** New connections pass again; those that lost bytes are closed. */
    public void pass() {
        closeAll();
        swallowing = false;
    }

    /** The answer to a commit is lost, and the connection with it; {@code commitsBefore} commits are answered before. */
    public void loseCommit(int commitsBefore) {
        order.set(new Order(commitsBefore));
    }

    /** Whether the order to lose a commit is still to be carried out. */
    public boolean isLosing() {
        return !order.get().equals(Order.NONE);
    }

    /** Forgets an order. */
    public void loseNone() {
        order.set(Order.NONE);
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        closeAll();
    }

    private void closeAll() {
        open.forEach(DatabaseProxy::closeQuietly);
        open.clear();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void serve(Socket client) {
        try {
            Socket server = new Socket(InetAddress.getByName("127.0.0.1"), target.get());
            open.add(server);
            AtomicReference<Boolean> losing = new AtomicReference<>(false);
            Thread.ofVirtual().start(() -> pump(server, client, false, losing));
            pump(client, server, true, losing);
        } catch (IOException e) {
            // nobody is there: the client sees its connection end
            closeQuietly(client);
            open.remove(client);
        }
    }

    private void pump(Socket from, Socket to, boolean requests, AtomicReference<Boolean> losing) {
        byte[] buffer = new byte[64 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (swallowing) {
                    continue;
                }
                if (requests && isToBeLost(new String(buffer, 0, length, StandardCharsets.ISO_8859_1))) {
                    losing.set(true);
                }
                if (!requests && losing.get()) {
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

    private boolean isToBeLost(String bytes) {
        if (!bytes.contains(COMMIT)) {
            return false;
        }
        Order before = order.getAndUpdate(now -> switch (now.commitsBefore()) {
            case -1, 0 -> Order.NONE;
            default -> new Order(now.commitsBefore() - 1);
        });
        return before.commitsBefore() == 0;
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is closed all the same
        }
    }
}
