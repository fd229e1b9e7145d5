package dev.latchkey.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Folders below {@code target} that take long to make and serve every test run: whoever comes first makes one, others wait,
 * also those in other JVMs. One that was left half-made is made again. Thread-safe.
 */
public final class MadeOnce {

    private static final String STAMP = "made-from.txt";

    private MadeOnce() {}

    /** How a folder is filled; it may hold what an earlier try has left. */
    @FunctionalInterface
    public interface Work {
        void run() throws IOException;
    }

    /**
     * Fills the folder unless it was made from the very same before.
     *
     * @param folder it is there before the work begins
     * @param from what the result depends on, in full
     */
    public static synchronized void fill(Path folder, String from, Work work) {
        try {
            Files.createDirectories(folder);
            Path lock = folder.resolveSibling(folder.getFileName() + ".lock");
            // the monitor keeps this JVM's threads apart, the lock on the file keeps JVMs apart, and ends with them
            try (FileChannel file = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock held = file.lock()) {
                Path stamp = folder.resolve(STAMP);
                if (held.isValid() && !isMadeFrom(stamp, from)) {
                    Files.deleteIfExists(stamp);
                    work.run();
                    Files.writeString(stamp, from);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isMadeFrom(Path stamp, String from) throws IOException {
        return Files.exists(stamp) && Files.readString(stamp).equals(from);
    }
}
