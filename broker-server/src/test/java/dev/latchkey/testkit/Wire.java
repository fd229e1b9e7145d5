package dev.latchkey.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The wire to a server, as a TCP proxy on loopback: it can be cut, turned into a black hole that neither answers nor
 * resets, made to lose what comes back, and mended again. Thread-safe.
 */
public final class Wire implements AutoCloseable {

    private static final int CONNECT_MILLIS = 20_000;

    /** What the wire does with bytes. */
    private enum State {
        WHOLE,
        /** Connections are closed, and so is each new one. */
        CUT,
        /** Connections stay open, and nothing passes in either direction. */
        BLACK_HOLE,
        /** What is sent arrives; what comes back is lost. */
        ONE_WAY
    }

    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile int target;
    private volatile State state = State.WHOLE;

    /** Listens on a free port, for a server on loopback. */
    public Wire(int target) {
        this.target = target;
        try {
            this.listener = new ServerSocket(0, 200, InetAddress.getByName("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("wire").start(this::accept);
    }

    /** Where it listens. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Closes what is open and each new connection. */
    public void cut() {
        state = State.CUT;
        closeOpen();
    }

    /** Lets nothing through from now on, and tells nobody. */
    public void blackHole() {
        state = State.BLACK_HOLE;
    }

    /** Loses from now on what the server sends. */
    public void loseAnswers() {
        state = State.ONE_WAY;
    }

    /** Is whole again; connections that lost bytes are closed. */
    public void mend() {
        boolean lost = state == State.BLACK_HOLE || state == State.ONE_WAY;
        state = State.WHOLE;
        if (lost) {
            closeOpen();
        }
    }

    /** The same, to a server that listens at another port by now. */
    public void mend(int newTarget) {
        target = newTarget;
        closeOpen();
        state = State.WHOLE;
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        closeOpen();
    }

    private void closeOpen() {
        open.forEach(Wire::closeQuietly);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                // closed: the loop sees it
            }
        }
    }

    private void serve(Socket client) {
        open.add(client);
        if (state == State.CUT) {
            end(client);
            return;
        }
        Socket server = new Socket();
        try {
            server.connect(new InetSocketAddress("127.0.0.1", target), CONNECT_MILLIS);
            open.add(server);
            Thread.ofVirtual().start(() -> pump(server, client, false));
            pump(client, server, true);
        } catch (IOException e) {
            end(client);
            end(server);
        }
    }

    private void pump(Socket from, Socket to, boolean towardsServer) {
        byte[] buffer = new byte[64 * 1024];
        try {
            InputStream in = from.getInputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (state == State.WHOLE || state == State.ONE_WAY && towardsServer) {
                    to.getOutputStream().write(buffer, 0, length);
                    to.getOutputStream().flush();
                }
            }
        } catch (IOException e) {
            // one side went away: so does the other
        } finally {
            end(from);
            end(to);
        }
    }

    private void end(Socket socket) {
        open.remove(socket);
        closeQuietly(socket);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // nobody wants it any more
        }
    }
}
