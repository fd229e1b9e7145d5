package dev.latchkey.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for processes that must be told theirs. Each is handed out once in a build: a JVM keeps a lock on that byte of a file
 * that all JVMs of the build share, so no two of them get the same one between the choice and the child's own {@code bind}.
 * They lie below what systems give to outgoing connections and to whoever asks for any port. Thread-safe.
 */
final class FreePorts {

    private static final int FIRST = 12_000;
    private static final int COUNT = 20_000;
    private static final FileChannel TAKEN = open();

    private static int next = ThreadLocalRandom.current().nextInt(COUNT);

    private FreePorts() {}

    /** A TCP port that nobody listens on, and that no test gets again before this JVM ends. */
    static synchronized int take() {
        for (int tried = 0; tried < COUNT; tried++) {
            int port = FIRST + next;
            next = (next + 1) % COUNT;
            if (isMine(port) && isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no port of " + FIRST + " to " + (FIRST + COUNT) + " is free");
    }

    /** Goes on with that port. */
    static synchronized void beginAt(int port) {
        next = port - FIRST;
    }

    private static boolean isMine(int port) {
        try {
            return TAKEN.tryLock(port, 1, false) != null;
        } catch (OverlappingFileLockException takenHere) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    private static FileChannel open() {
        Path file = Path.of(System.getProperty("basedir", "."), "target", "test-ports.lock");
        try {
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
