package dev.latchkey.keycloak.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.testframework.config.Config;
import org.keycloak.testframework.server.KeycloakServer;
import org.keycloak.testframework.server.KeycloakServerConfigBuilder;

/**
 * The unpacked distribution with the jar of this module in {@code providers/}, on free ports of loopback.
 *
 * <p>The framework's own servers listen on 8080 and 9000 of every address and live in a folder that all builds of a
 * machine share; this one does neither. It takes its options from {@link ExtensionOptions}, not from the framework's
 * builder, which shows them to its own package only. Used by one thread, the framework's.
 */
final class LoopbackKeycloak implements KeycloakServer {

    private static final Duration FIRST_START = Duration.ofMinutes(5);

    private final Path home = Path.of(System.getProperty("keycloak.home", "target/keycloak/missing"));
    private final int port = FreePorts.take();
    private final int management = FreePorts.take();
    private @Nullable WatchedProcess process;

    @Override
    public void start(KeycloakServerConfigBuilder ignored, boolean tls) {
        prepare();
        WatchedProcess started = WatchedProcess.start(home, log(), command());
        process = started;
        started.awaitOk(URI.create(getManagementBaseUrl() + "/health/ready"), FIRST_START);
    }

    private List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                home.resolve("bin/kc.sh").toString(),
                "start-dev",
                "--db=dev-mem",
                "--cache=local",
                "--health-enabled=true",
                "--bootstrap-admin-client-id=" + Config.getAdminClientId(),
                "--bootstrap-admin-client-secret=" + Config.getAdminClientSecret(),
                "--http-host=127.0.0.1",
                "--http-port=" + port,
                "--http-management-port=" + management));
        command.addAll(ExtensionOptions.asArguments());
        return command;
    }

    private void prepare() {
        try {
            deleteTree(home.resolve("data"));
            Files.deleteIfExists(log());
            Path jar = Path.of(System.getProperty("keycloak.extensions", "target/keycloak-extensions.jar"));
            Files.copy(jar, home.resolve("providers").resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (Files.exists(root)) {
            try (var paths = Files.walk(root)) {
                paths.sorted(Comparator.reverseOrder())
                        .forEach(path -> path.toFile().delete());
            }
        }
    }

    private Path log() {
        return home.resolve("latchkey-test.log");
    }

    @Override
    public void stop() {
        if (process != null) {
            process.close();
        }
    }

    @Override
    public String getBaseUrl() {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public String getManagementBaseUrl() {
        return "http://127.0.0.1:" + management;
    }
}
