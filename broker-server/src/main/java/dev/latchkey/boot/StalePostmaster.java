package dev.latchkey.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a killed broker leaves behind: its PostgreSQL runs on. Called only by the holder of the data folder's lock, so a
 * postmaster that is found here belongs to nobody.
 */
final class StalePostmaster {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private StalePostmaster() {}

    /** Ends the postmaster of the cluster if one runs, and removes the mark of one that does not. */
    static void remove(Path cluster) throws IOException {
        Path mark = cluster.resolve("postmaster.pid");
        if (!Files.exists(mark)) {
            return;
        }
        Optional<ProcessHandle> postmaster = runningOn(cluster, mark);
        if (postmaster.isPresent()) {
            stop(postmaster.get());
        }
        // PostgreSQL would take any live process with that id for its own, which matters in containers.
        Files.deleteIfExists(mark);
    }

    private static Optional<ProcessHandle> runningOn(Path cluster, Path mark) throws IOException {
        List<String> lines = Files.readAllLines(mark);
        if (lines.isEmpty() || !lines.getFirst().strip().matches("[1-9][0-9]{0,9}")) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
                .filter(process -> isPostgresOn(process, cluster));
    }

    /** Process ids are used again: the command must name this very folder. */
    private static boolean isPostgresOn(ProcessHandle process, Path cluster) {
        ProcessHandle.Info info = process.info();
        return info.command()
                        .map(Path::of)
                        .map(Path::getFileName)
                        .map(Path::toString)
                        .orElse("")
                        .equals("postgres")
                && info.arguments().map(List::of).orElse(List.of()).contains(cluster.toString());
    }

    /** SIGINT is PostgreSQL's fast shutdown; a SIGKILL would be safe too (crash recovery), only slower to start. */
    private static void stop(ProcessHandle postmaster) throws IOException {
        new ProcessBuilder("kill", "-INT", Long.toString(postmaster.pid())).start();
        try {
            postmaster.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            postmaster.destroyForcibly();
            postmaster.onExit().join();
        } catch (ExecutionException e) {
            throw new IOException("cannot wait for the old PostgreSQL", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the old PostgreSQL stopped", e);
        }
    }
}
