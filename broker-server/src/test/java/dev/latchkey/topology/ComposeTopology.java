package dev.latchkey.topology;

import com.github.dockerjava.api.DockerClient;
import dev.latchkey.testkit.ChildProcess;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ComposeContainer;
import org.testcontainers.containers.ContainerState;

/** The topology as containers: {@code docker-compose.yml} as it stands, its ports included. */
final class ComposeTopology implements ProductionTopology {

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int END_SECONDS = 40;
    private static final List<String> SERVICES =
            List.of("proxy", "broker-1", "broker-2", "broker-3", "postgres", "openbao", "keycloak", "sandbox");

    private final ComposeContainer compose;

    private ComposeTopology(ComposeContainer compose) {
        this.compose = compose;
    }

    /** Whether an engine answers; that its client is installed says nothing. */
    static boolean isPossible() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    /** Builds the images, starts everything, and returns when the proxy sends requests to three brokers. */
    static ComposeTopology start() {
        makeSecrets();
        File file = DeployFolder.project().resolve("docker-compose.yml").toFile();
        ComposeTopology topology = new ComposeTopology(
                new ComposeContainer("latchkey", file).withBuild(true).withStartupTimeout(PATIENCE));
        try {
            topology.compose.start();
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> topology.inService().size() == 3 && topology.isWell("keycloak"));
            return topology;
        } catch (RuntimeException e) {
            topology.close();
            throw e;
        }
    }

    private static void makeSecrets() {
        try {
            Path log = Files.createTempFile("latchkey-make-secrets", ".log");
            Path script = DeployFolder.source().resolve("make-secrets");
            try (ChildProcess running =
                    ChildProcess.start(DeployFolder.project(), Map.of(), log, List.of(script.toString()))) {
                running.awaitEnd(Duration.ofSeconds(30));
            }
            Files.delete(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public URI broker() {
        return URI.create("http://127.0.0.1:8080");
    }

    @Override
    public URI sandbox() {
        return URI.create("http://127.0.0.1:8600");
    }

    @Override
    public URI realm() {
        return URI.create("http://127.0.0.1:8180/realms/latchkey");
    }

    @Override
    public String keycloakPassword() {
        Path secrets = DeployFolder.source().resolve("secrets/keycloak.env");
        return Objects.requireNonNull(DeployFolder.read(secrets).get("KC_BOOTSTRAP_ADMIN_PASSWORD"));
    }

    @Override
    public List<Replica> replicas() {
        return Stream.of("broker-1", "broker-2", "broker-3")
                .<Replica>map(ContainerReplica::new)
                .toList();
    }

    @Override
    public Set<String> inService() {
        try {
            String csv = container("proxy")
                    .execInContainer("wget", "-q", "-O", "-", "http://127.0.0.1:8404/;csv")
                    .getStdout();
            return ProxyStatus.inService(csv);
        } catch (IOException e) {
            return Set.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private boolean isWell(String service) {
        return container(service).isHealthy();
    }

    @Override
    public void sealSecretStore() {
        DockerClientFactory.instance()
                .client()
                .restartContainerCmd(container("openbao").getContainerId())
                .exec();
        Awaitility.await().atMost(PATIENCE).until(() -> isWell("openbao"));
    }

    @Override
    public void openSecretStore() {
        DockerClientFactory.instance()
                .client()
                .startContainerCmd(container("openbao-bring-up").getContainerId())
                .exec();
    }

    private ContainerState container(String service) {
        return compose.getContainerByServiceName(service).orElseThrow();
    }

    @Override
    public void keepLogs(Path folder) {
        try {
            Files.createDirectories(folder);
            for (String service : SERVICES) {
                Files.writeString(
                        folder.resolve(service + ".log"), container(service).getLogs(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        compose.stop();
    }

    /** A broker's container; the engine starts the same one again. */
    private final class ContainerReplica implements Replica {

        private final DockerClient engine = DockerClientFactory.instance().client();
        private final String service;

        ContainerReplica(String service) {
            this.service = service;
        }

        private String id() {
            return container(service).getContainerId();
        }

        @Override
        public String name() {
            return service;
        }

        @Override
        public int stop() {
            engine.stopContainerCmd(id()).withTimeout(END_SECONDS).exec();
            return Math.toIntExact(Objects.requireNonNull(
                    engine.inspectContainerCmd(id()).exec().getState().getExitCodeLong()));
        }

        @Override
        public void kill9() {
            engine.killContainerCmd(id()).withSignal("KILL").exec();
        }

        @Override
        public void startAgain() {
            engine.startContainerCmd(id()).exec();
            Awaitility.await().atMost(PATIENCE).until(() -> isWell(service));
        }
    }
}
