package dev.latchkey.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A real process that a test needs: started with its output in a file, waited for with a bound, and gone afterwards.
 *
 * <p>The child ends with the JVM that started it, also when that JVM is killed: a watcher beside it reads a pipe that
 * only the JVM holds. The pid is the child's own, not a wrapper's. Not thread-safe.
 */
public final class ChildProcess implements AutoCloseable {
    private static final Duration PATIENCE_AT_END = Duration.ofSeconds(20);

    /** The watcher ends the shell's pid when the pipe closes; {@code exec} then makes that pid the command's. */
    private static final String WATCHED = """
            exec 3<&0 </dev/null
            ( cat <&3 >/dev/null; kill "$$" 2>/dev/null ) &
            exec 3<&-
            exec "$@"
            """;

    private final Process process;
    private final Path log;
    private final List<ProcessHandle> known = new ArrayList<>();

    private ChildProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a command.
     *
     * @param directory its working directory
     * @param environment variables beside those of this JVM; the place for secrets, never the command line
     * @param log file that takes both outputs, appended to
     * @param command program and arguments
     */
    public static ChildProcess start(Path directory, Map<String, String> environment, Path log, List<String> command) {
        var line = new ArrayList<>(List.of("bash", "-c", WATCHED, "child"));
        line.addAll(command);
        var builder = new ProcessBuilder(line)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        try {
            return new ChildProcess(builder.start(), log);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command.getFirst(), e);
        }
    }

    /** A TCP port of loopback that nobody listens on, and that no other test gets as long as this JVM lives. */
    public static int freePort() {
        return FreePorts.take();
    }

    /** The pid of the command itself. */
    public long pid() {
        return process.pid();
    }

    /** The file with everything it printed. */
    public Path log() {
        return log;
    }

    /** Whether it still runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Waits until an address answers 200.
     *
     * @throws IllegalStateException if the process ends or the time is over before; the message holds the log's end
     */
    public void awaitOk(URI address, Duration patience) {
        var deadline = System.nanoTime() + patience.toNanos();
        try (var http =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build()) {
            while (!answersOk(http, address)) {
                if (!process.isAlive()) {
                    throw new IllegalStateException("ended with " + process.exitValue() + " at its start:\n" + tail());
                }
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(address + " not ready in " + patience + ":\n" + tail());
                }
                pause();
            }
        }
    }

    private static boolean answersOk(HttpClient http, URI address) {
        try {
            var request = HttpRequest.newBuilder(address)
                    .timeout(Duration.ofSeconds(20))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** The last 4,000 characters of its output. */
    public String tail() {
        try {
            var text = Files.readString(log);
            return text.substring(Math.max(0, text.length() - 4000));
        } catch (IOException e) {
            return "(no log: " + log + ")";
        }
    }

    /** Kills the process itself with SIGKILL, as a crash would; its own children are left to themselves. */
    public void kill9() {
        remember();
        process.destroyForcibly();
        await(process.toHandle());
    }

    /** Stops it in the middle of what it does (SIGSTOP), until it is told to go on; returns when all of it stands still. */
    public void freeze() {
        signal("STOP");
        StoppedThreads.await(pid());
    }

    /** Lets it go on where it was stopped (SIGCONT). */
    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            int status = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new IllegalStateException("SIG" + name + " was not sent to " + pid());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /**
     * Asks it to stop (SIGTERM) and waits.
     *
     * @return its exit status
     * @throws IllegalStateException if it does not end within the patience
     */
    public int stop(Duration patience) {
        remember();
        process.destroy();
        return awaitEnd(patience);
    }

    /**
     * Waits for its own end.
     *
     * @return its exit status
     * @throws IllegalStateException if it does not end within the patience
     */
    public int awaitEnd(Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("still running after " + patience + ":\n" + tail());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Ends the process and everything that it started, the hard way where the soft one does not help. */
    @Override
    public void close() {
        remember();
        process.destroy();
        try {
            process.waitFor(PATIENCE_AT_END.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        known.forEach(ChildProcess::end);
    }

    private void remember() {
        process.descendants().filter(child -> !known.contains(child)).forEach(known::add);
    }

    /** Ends a process that is not a child of this JVM, softly where that helps. */
    static void end(ProcessHandle handle) {
        handle.destroy();
        await(handle);
    }

    private static void await(ProcessHandle handle) {
        try {
            handle.onExit().get(PATIENCE_AT_END.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            handle.destroyForcibly();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IllegalStateException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new IllegalStateException(cause);
    }
}
