package dev.latchkey.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for a process that was told to stop: SIGSTOP is sent when {@code kill} returns, and the threads of the process come
 * to a halt one by one after that, so that one of them may well answer a last request.
 */
final class StoppedThreads {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_AGAIN = 1_000_000;
    /** The states of proc(5) in which a thread does nothing more: stopped, traced, dead. */
    private static final String STILL = "TtZXx";

    private StoppedThreads() {}

    /** Returns when all threads stand still; at once where the system tells nothing about threads. */
    static void await(long pid) {
        Path threads = Path.of("/proc", Long.toString(pid), "task");
        if (!Files.isDirectory(threads)) {
            return;
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (List<Path> going = going(threads); !going.isEmpty(); going = going(threads)) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("still going: " + going);
            }
            LockSupport.parkNanos(LOOK_AGAIN);
        }
    }

    private static List<Path> going(Path threads) {
        List<Path> going = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(threads)) {
            for (Path thread : all) {
                if (isGoing(thread)) {
                    going.add(thread);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return going;
    }

    /** The state follows the name of the program, which stands in brackets and may hold any. */
    private static boolean isGoing(Path thread) {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            return STILL.indexOf(stat.charAt(stat.lastIndexOf(')') + 2)) < 0;
        } catch (IOException e) {
            return Files.exists(thread); // it has ended, or is looked at again
        }
    }
}
