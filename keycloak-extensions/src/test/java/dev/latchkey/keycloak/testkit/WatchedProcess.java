package dev.latchkey.keycloak.testkit;

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
import java.util.concurrent.TimeUnit;

/** A process that ends with this JVM, however that ends: a watcher beside it reads a pipe which only the JVM holds. */
final class WatchedProcess implements AutoCloseable {

    /** The watcher ends the shell's pid when the pipe closes; {@code exec} then makes that pid the command's. */
    private static final String WATCHED = """
            exec 3<&0 </dev/null
            ( cat <&3 >/dev/null; kill "$$" 2>/dev/null ) &
            exec 3<&-
            exec "$@"
            """;

    private static final Duration END = Duration.ofSeconds(60);

    private final Process process;
    private final Path log;

    private WatchedProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static WatchedProcess start(Path directory, Path log, List<String> command) {
        List<String> line = new ArrayList<>(List.of("bash", "-c", WATCHED, "child"));
        line.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("JAVA_OPTS_KC_HEAP", "-Xms64m -Xmx512m");
        try {
            return new WatchedProcess(builder.start(), log);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command.get(0), e);
        }
    }

    /** Waits until an address answers 200; the end of the log is in the exception if it does not. */
    void awaitOk(URI address, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        HttpClient http =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
        while (!answersOk(http, address)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                close();
                throw new IllegalStateException(address + " is not there:\n" + tail());
            }
            pause();
        }
    }

    private static boolean answersOk(HttpClient http, URI address) {
        try {
            HttpRequest request = HttpRequest.newBuilder(address)
                    .timeout(Duration.ofSeconds(20))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private String tail() {
        try {
            String text = Files.readString(log);
            return text.substring(Math.max(0, text.length() - 4000));
        } catch (IOException e) {
            return "(no log: " + log + ")";
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
        process.destroy();
        try {
            if (!process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw interrupted(e);
        } finally {
            family.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(200);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted", e);
    }
}
