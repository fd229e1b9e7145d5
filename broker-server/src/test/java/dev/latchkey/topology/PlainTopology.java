package dev.latchkey.topology;

import dev.latchkey.testkit.ChildProcess;
import dev.latchkey.testkit.KeycloakBuild;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * The topology as plain processes on loopback, from the same files as the containers. The programs come from Maven
 * (PostgreSQL, Keycloak), from the pinned wheel (OpenBao), from the system (haproxy) and from this build (brokers, sandbox).
 */
final class PlainTopology implements ProductionTopology {

    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final String BROKER = "broker-server/target/quarkus-app/quarkus-run.jar";
    private static final String SANDBOX = "partner-sandbox/target/partner-sandbox.jar";

    private final Path work;
    private final DeployFolder deploy;
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final List<Replica> replicas = new ArrayList<>();
    private @Nullable ChildProcess openBao;

    private PlainTopology(Path work, DeployFolder deploy) {
        this.work = work;
        this.deploy = deploy;
    }

    /** Starts everything; returns when the proxy sends requests to three brokers. */
    static PlainTopology start() {
        PlainTopology topology;
        try {
            Path work = Files.createTempDirectory("latchkey-topology");
            topology = new PlainTopology(work, DeployFolder.moveTo(work));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            topology.startAll();
            return topology;
        } catch (IOException e) {
            topology.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            topology.close();
            throw e;
        }
    }

    private void startAll() throws IOException {
        run(
                "make-secrets",
                Map.of(),
                deploy.file("make-secrets").toString(),
                deploy.secrets().toString());
        started.push(PostgresProcess.start(deploy));
        ChildProcess keycloak = keycloak();
        openBao();
        run("migrate", deploy.environment("migrate"), java(BROKER, "migrate"));
        ChildProcess sandbox = start("sandbox", Map.of(), java(SANDBOX, "--port", Integer.toString(deploy.port(8600))));
        sandbox.awaitOk(sandbox(), PATIENCE);
        for (int number = 1; number <= 3; number++) {
            replicas.add(new PlainReplica(number));
        }
        replicas.forEach(Replica::startAgain);
        keycloak.awaitOk(at(9180).resolve("/health/ready"), PATIENCE);
        start(
                "haproxy",
                with(deploy.environment("proxy"), "LATCHKEY_OUTSIDE", "127.0.0.1"),
                haproxy(),
                "-f",
                deploy.file("haproxy.cfg").toString());
        Awaitility.await().atMost(PATIENCE).until(() -> inService().size() == replicas.size());
    }

    private ChildProcess keycloak() throws IOException {
        Path realm = DeployFolder.project().resolve("keycloak-extensions/realm/latchkey-realm.json");
        Path program = KeycloakBuild.configuredBy(deploy.file("keycloak/keycloak.conf"))
                .serverIn(work.resolve("keycloak"), Map.of("latchkey-realm.json", Files.readAllBytes(realm)));
        return start(
                "keycloak",
                deploy.environment("keycloak"),
                program.toString(),
                "start",
                "--optimized",
                "--import-realm");
    }

    private void openBao() throws IOException {
        OpenBaoJobs jobs = jobs();
        openBao = start("openbao", jobs.environment(), jobs.server());
        run("bring-up", jobs.environment(), jobs.job("bring-up"));
        start("deliver", jobs.environment(), jobs.job("deliver"));
    }

    private OpenBaoJobs jobs() {
        try {
            return new OpenBaoJobs(deploy, work);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void sealSecretStore() {
        OpenBaoJobs jobs = jobs();
        Objects.requireNonNull(openBao).stop(PATIENCE);
        openBao = start("openbao", jobs.environment(), jobs.server());
    }

    @Override
    public void openSecretStore() {
        OpenBaoJobs jobs = jobs();
        run("bring-up", jobs.environment(), jobs.job("bring-up"));
    }

    private static String haproxy() {
        return Stream.of("/usr/sbin/haproxy", "/usr/local/sbin/haproxy", "/opt/homebrew/bin/haproxy")
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst()
                .orElse("haproxy");
    }

    private static String[] java(String jar, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-jar",
                DeployFolder.project().resolve(jar).toString()));
        command.addAll(List.of(arguments));
        return command.toArray(String[]::new);
    }

    private ChildProcess start(String name, Map<String, String> environment, String... command) {
        ChildProcess process = ChildProcess.start(work, environment, work.resolve(name + ".log"), List.of(command));
        started.push(process);
        return process;
    }

    private void run(String name, Map<String, String> environment, String... command) {
        ChildProcess process = start(name, environment, command);
        if (process.awaitEnd(PATIENCE) != 0) {
            throw new IllegalStateException(name + " failed:\n" + process.tail());
        }
    }

    private static Map<String, String> with(Map<String, String> variables, String name, String value) {
        Map<String, String> all = new HashMap<>(variables);
        all.put(name, value);
        return all;
    }

    private URI at(int port) {
        return URI.create("http://127.0.0.1:" + deploy.port(port));
    }

    @Override
    public URI broker() {
        return at(8080);
    }

    @Override
    public URI sandbox() {
        return at(8600);
    }

    @Override
    public URI realm() {
        return at(8180).resolve("/realms/latchkey");
    }

    @Override
    public String keycloakPassword() {
        return Optional.ofNullable(deploy.environment("keycloak").get("KC_BOOTSTRAP_ADMIN_PASSWORD"))
                .orElseThrow();
    }

    @Override
    public List<Replica> replicas() {
        return List.copyOf(replicas);
    }

    @Override
    public Set<String> inService() {
        return ProxyStatus.inService(at(8404));
    }

    @Override
    public void keepLogs(Path folder) {
        try (Stream<Path> files = Files.list(work)) {
            Files.createDirectories(folder);
            for (Path log :
                    files.filter(file -> file.toString().endsWith(".log")).toList()) {
                Files.copy(log, folder.resolve(log.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() {
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (Exception e) {
                System.err.println("topology: " + e);
            }
        }
        if (Files.notExists(work)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(work)) {
            tree.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A broker. */
    private final class PlainReplica implements Replica {

        private static final Duration END = Duration.ofSeconds(40);
        private static final int STARTS = 3;

        private final String name;
        private final URI ready;
        private @Nullable ChildProcess process;

        PlainReplica(int number) {
            this.name = "broker-" + number;
            this.ready = at(9000 + number).resolve("/q/health/ready");
        }

        @Override
        public String name() {
            return name;
        }

        private ChildProcess begin() {
            return start(name, deploy.environment("broker", "broker-sandbox", name), java(BROKER));
        }

        @Override
        public int stop() {
            return life().stop(END);
        }

        @Override
        public void kill9() {
            life().kill9();
        }

        @Override
        public void startAgain() {
            for (int left = STARTS; left > 0; left--) {
                if (starts(left == 1)) {
                    return;
                }
            }
        }

        /** A container that ends at its start, since a neighbour is slow, is started again as well. */
        private boolean starts(boolean last) {
            Path login = deploy.folder("login/" + name + "/secret-id");
            Awaitility.await().atMost(PATIENCE).until(() -> isUnused(login));
            ChildProcess begun = begin();
            process = begun;
            try {
                begun.awaitOk(ready, PATIENCE);
                return true;
            } catch (IllegalStateException e) {
                if (last || begun.isAlive()) {
                    throw e;
                }
                return false;
            }
        }

        private ChildProcess life() {
            return Objects.requireNonNull(process);
        }

        /** Spent when the last life began; the one that delivers has to have seen it. */
        private boolean isUnused(Path login) throws IOException {
            return Files.exists(login)
                    && !ProxyStatus.isSpent(at(8200), Files.readString(login).strip());
        }
    }
}
