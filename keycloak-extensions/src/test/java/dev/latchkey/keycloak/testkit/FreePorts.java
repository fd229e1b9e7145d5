package dev.latchkey.keycloak.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for processes that must be told theirs, each handed out once. They lie below what systems give to outgoing
 * connections and to whoever asks for any port, so that nobody gets one between the choice and the child's own {@code bind}.
 * Thread-safe.
 */
public final class FreePorts {

    private static final int FIRST = 12_000;
    private static final int COUNT = 20_000;

    private static int next = ThreadLocalRandom.current().nextInt(COUNT);

    private FreePorts() {}

    /** A TCP port of loopback that nobody listens on. */
    public static synchronized int take() {
        for (int tried = 0; tried < COUNT; tried++) {
            int port = FIRST + next;
            next = (next + 1) % COUNT;
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no port of " + FIRST + " to " + (FIRST + COUNT) + " is free");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
