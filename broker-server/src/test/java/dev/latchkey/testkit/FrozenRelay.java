package dev.latchkey.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A TCP relay on loopback that can be frozen: connections stay open, and nothing passes until it thaws, as when a cable
 * is cut; or only what the other side answers. Thread-safe.
 */
public final class FrozenRelay implements AutoCloseable {

    private final int target;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    /** Who passes bytes on holds it for reading; the freezer waits for them, and holds it for writing. */
    private final ReentrantReadWriteLock ice = new ReentrantReadWriteLock(true);
    /** The same, of the way back. */
    private final ReentrantReadWriteLock iceOfAnswers = new ReentrantReadWriteLock(true);

    /** Relays from a free port to that one. */
    public FrozenRelay(int target) {
        this.target = target;
        try {
            this.listener = new ServerSocket(0, 100, InetAddress.getByName("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("relay").start(this::accept);
    }

    /** Where it listens. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Does something while nothing passes. */
    public void whileFrozen(Runnable work) {
        frozen(ice, () -> frozen(iceOfAnswers, work));
    }

    /** From now on requests arrive, and their answers stay on the way. */
    public void freezeAnswers() {
        iceOfAnswers.writeLock().lock();
    }

    /** Lets the answers go on; for the thread that froze them. */
    public void thawAnswers() {
        iceOfAnswers.writeLock().unlock();
    }

    private static void frozen(ReentrantReadWriteLock lock, Runnable work) {
        lock.writeLock().lock();
        try {
            work.run();
        } finally {
            lock.writeLock().unlock();
        }
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
        try {
            while (true) {
                Socket near = listener.accept();
                open.add(near);
                Thread.ofVirtual().start(() -> connect(near));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void connect(Socket near) {
        try {
            Socket far = new Socket(InetAddress.getByName("127.0.0.1"), target);
            open.add(far);
            Thread.ofVirtual().start(() -> pass(near, far, ice));
            pass(far, near, iceOfAnswers);
        } catch (IOException e) {
            end(near);
        }
    }

    private void pass(Socket from, Socket to, ReentrantReadWriteLock iceOfTheWay) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[16 * 1024];
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                iceOfTheWay.readLock().lock();
                try {
                    out.write(buffer, 0, length);
                } finally {
                    iceOfTheWay.readLock().unlock();
                }
            }
        } catch (IOException e) {
            // one side has gone; the other one goes too
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private void end(Socket socket) {
        try (socket) {
            open.remove(socket);
        } catch (IOException e) {
            // it is gone
        }
    }
}
