package dev.latchkey.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.latchkey.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** What {@code docker-compose.yml} and the images promise, read from the files: no engine is needed for it. */
class ComposeFileTest {

    private static final Path PROJECT = DeployFolder.project();
    private static final Pattern PINNED =
            Pattern.compile("(?s)[a-z0-9./-]+:(?:[^@]*[0-9][^@]*)(?:@sha256:[0-9a-f]{64})?"
                    + "|[a-z0-9./-]+:[a-z0-9.-]+@sha256:[0-9a-f]{64}");
    private static final Pattern SECRET_NAME =
            Pattern.compile("(?i)password|secret|token(?!_exchange)|private_key|unseal");

    /** Jobs that end, and the one that only holds the network: neither can be asked how it is. */
    private static final Set<String> NOT_ASKED = Set.of("migrate", "openbao-bring-up", "pod");

    private static Map<String, Map<String, Object>> services;

    @BeforeAll
    @SuppressWarnings("unchecked")
    static void read() throws IOException {
        Map<String, Object> file = new Yaml().load(Files.readString(PROJECT.resolve("docker-compose.yml")));
        services = new TreeMap<>((Map<String, Map<String, Object>>) file.get("services"));
    }

    @Test
    @DisplayName("R182 every container: not root, read-only root, no capability, none to gain, bounded memory, no"
            + " core file, nothing mounted but volumes and files of deploy/")
    void hardensEveryContainer() {
        assertThat(services)
                .containsKeys(
                        "broker-1", "broker-2", "broker-3", "proxy", "postgres", "openbao", "keycloak", "sandbox");
        services.forEach((name, service) -> {
            assertThat(service.get("user")).as(name).asString().matches("[1-9][0-9]*:[0-9]+");
            assertThat(service).as(name).containsEntry("read_only", true);
            assertThat(service).as(name).containsEntry("cap_drop", List.of("ALL"));
            assertThat(service).as(name).containsEntry("security_opt", List.of("no-new-privileges:true"));
            assertThat(service).as(name).containsEntry("ulimits", Map.of("core", 0));
            assertThat(service).as(name).doesNotContainKeys("privileged", "cap_add", "pid", "ipc", "devices");
            assertThat(service.get("network_mode")).as(name).isEqualTo(name.equals("pod") ? null : "service:pod");
            if (!name.equals("pod")) {
                assertThat(service).as(name).containsKeys("mem_limit", "pids_limit");
            }
            assertThat(texts(service.get("volumes")))
                    .as(name)
                    .allMatch(volume -> !volume.startsWith(".") || volume.matches("\\./deploy/.+:ro"));
        });
    }

    @Test
    @DisplayName(
            "R182 the key of OpenBao is the bring-up job's alone, who delivers only reads its token, and notes where none can write")
    void keepsTheKeyFromWhoNeedsItNot() {
        services.forEach((name, service) -> {
            List<String> volumes = texts(service.get("volumes"));
            if (name.equals("openbao-bring-up")) {
                assertThat(volumes).as("a broker may write there").noneMatch(volume -> volume.contains("/login/"));
            } else {
                assertThat(volumes).as(name).noneMatch(volume -> volume.startsWith("openbao-keys:"));
                assertThat(volumes)
                        .as(name)
                        .allMatch(volume -> !volume.startsWith("openbao-deliverer:") || volume.endsWith(":ro"));
            }
            if (!name.equals("openbao-delivery")) {
                assertThat(volumes).as(name).noneMatch(volume -> volume.startsWith("openbao-deliveries:"));
            }
        });
    }

    @Test
    @DisplayName("R173 no broker has the password of the schema's owner, who could change what the audit log says")
    void keepsTheOwnersPasswordFromBrokers() {
        services.forEach((name, service) -> {
            List<String> files = texts(service.get("env_file"));
            if (!name.equals("migrate")) {
                assertThat(files).as(name).noneMatch(file -> file.contains("migrate"));
            }
            files.stream()
                    .filter(file -> file.startsWith("deploy/env/") && name.startsWith("broker-"))
                    .forEach(file -> assertThat(DeployFolder.read(PROJECT.resolve(file)))
                            .as(file)
                            .doesNotContainKey("LATCHKEY_DATABASE_OWNER_USERNAME"));
        });
        assertThat(DeployFolder.read(PROJECT.resolve("deploy/env/broker.env")))
                .containsEntry("LATCHKEY_DATABASE_MIGRATE_AT_START", "false");
    }

    @Test
    @DisplayName(
            "R39 a broker removes the SecretID that it has opened, so that one that is spent and there is an alarm")
    void letsBrokersRemoveTheirSecretIds() {
        services.forEach((name, service) -> {
            if (name.startsWith("broker-")) {
                String folder = "/srv/latchkey/login/" + name;
                assertThat(texts(service.get("volumes"))).as(name).containsExactly(name + "-login:" + folder);
                assertThat(DeployFolder.read(PROJECT.resolve("deploy/env/" + name + ".env")))
                        .containsEntry("LATCHKEY_VAULT_KV2_SECRET_ID_FILE", folder + "/secret-id");
            }
        });
        assertThat(DeployFolder.read(PROJECT.resolve("deploy/env/broker.env")))
                .containsEntry("LATCHKEY_VAULT_KV2_SECRET_ID_FILE_REMOVE", "true");
    }

    @Test
    @DisplayName("every service but a job and the network says whether it is well")
    void asksEveryServiceHowItIs() {
        services.forEach((name, service) -> {
            if (!NOT_ASKED.contains(name)) {
                assertThat(service.get("healthcheck")).as(name).asString().contains("test=");
            }
        });
    }

    @Test
    @DisplayName("R182 every image is pinned to a version, ours are built from pinned ones")
    void pinsEveryImage() throws IOException {
        services.forEach((name, service) ->
                assertThat(service.get("image")).as(name).asString().matches(PINNED));
        for (String made : List.of("Dockerfile", "deploy/openbao/Dockerfile", "deploy/keycloak/Dockerfile")) {
            List<String> lines = Files.readAllLines(PROJECT.resolve(made));
            Set<String> stages = new TreeSet<>();
            for (String line :
                    lines.stream().filter(line -> line.startsWith("FROM ")).toList()) {
                String[] words = line.split(" ", -1);
                assertThat(stages.contains(words[1]) || PINNED.matcher(words[1]).matches())
                        .as(line)
                        .isTrue();
                if (words.length == 4) {
                    stages.add(words[3]);
                }
            }
        }
    }

    @Test
    @DisplayName("R182 the broker's image has no shell and runs as nobody in particular")
    void hasNoShell() throws IOException {
        String dockerfile = Files.readString(PROJECT.resolve("Dockerfile"));
        String last = dockerfile.substring(dockerfile.indexOf(" AS java"));

        assertThat(dockerfile).contains("FROM gcr.io/distroless/java21-debian12:nonroot@sha256:");
        assertThat(last).contains("USER 65532:65532").doesNotContain("\nRUN ", "USER root", "USER 0");
    }

    @Test
    @DisplayName(
            "Java is called where distroless has it, whatever the processor; no PATH is put in the place of the base's")
    void callsJavaWhereItIs() throws IOException {
        String dockerfile = Files.readString(PROJECT.resolve("Dockerfile"));
        List<String> starts = dockerfile
                .lines()
                .filter(line -> line.startsWith("ENTRYPOINT "))
                .toList();

        assertThat(dockerfile).doesNotContain("ENV PATH", "/usr/lib/jvm");
        assertThat(starts).hasSize(2).allMatch(line -> line.startsWith("ENTRYPOINT [\"/usr/bin/java\", "));
        for (String asked : List.of("broker-1", "broker-2", "broker-3", "sandbox")) {
            assertThat(services)
                    .hasEntrySatisfying(
                            asked,
                            service -> assertThat(service.get("healthcheck"))
                                    .asString()
                                    .contains("test=[CMD, /usr/bin/java, "));
        }
    }

    @Test
    @DisplayName("R155 no secret is in the compose file, in the environment files, in an image")
    void holdsNoSecret() throws IOException {
        List<Path> files =
                new ArrayList<>(List.of(PROJECT.resolve("docker-compose.yml"), PROJECT.resolve("Dockerfile")));
        try (Stream<Path> tree = Files.walk(DeployFolder.source())) {
            tree.filter(Files::isRegularFile)
                    .filter(path -> !path.startsWith(DeployFolder.source().resolve("secrets")))
                    .forEach(files::add);
        }
        for (Path one :
                files.stream().filter(path -> path.toString().endsWith(".env")).toList()) {
            DeployFolder.read(one).forEach((name, value) -> {
                if (SECRET_NAME.matcher(name).find() && !name.endsWith("_REMOVE")) {
                    assertThat(value).as(one + " " + name).startsWith("/srv/latchkey/");
                }
            });
        }
        for (Path one : files) {
            assertThat(Files.readString(one).replaceAll(":'[a-z]+_password'", ""))
                    .as(one.toString())
                    .doesNotContainPattern("(?i)password[\"']?\\s*[:=]\\s*[\"']?\\w");
        }
        assertThat(Files.readString(PROJECT.resolve("deploy/.gitignore"))).contains("secrets/");
        assertThat(Files.readString(PROJECT.resolve(".dockerignore"))).contains("deploy/secrets");
    }

    @Test
    @DisplayName(
            "only the network's container has ports, on loopback of the machine, and every file that is named is there")
    void opensThreePortsOfLoopback() {
        services.forEach((name, service) -> {
            if (name.equals("pod")) {
                assertThat(texts(service.get("ports"))).hasSize(3).allMatch(port -> port.startsWith("127.0.0.1:"));
            } else {
                assertThat(service).as(name).doesNotContainKeys("ports", "expose");
            }
            texts(service.get("env_file")).stream()
                    .filter(path -> !path.startsWith("deploy/secrets/"))
                    .forEach(path -> assertThat(PROJECT.resolve(path)).exists());
            texts(service.get("volumes")).stream()
                    .filter(volume -> volume.startsWith("./"))
                    .forEach(volume -> assertThat(PROJECT.resolve(volume.split(":", -1)[0]))
                            .exists());
        });
    }

    @Test
    @DisplayName("secrets are 256 bits each, for their owner only, and made once")
    void makesSecretsOnce(@TempDir Path folder) throws IOException {
        Path script = DeployFolder.source().resolve("make-secrets");
        Path secrets = folder.resolve("secrets");
        assertThat(run(folder, script.toString(), secrets.toString())).isZero();
        Map<String, String> made = DeployFolder.read(secrets.resolve("postgres.env"));
        assertThat(run(folder, script.toString(), secrets.toString())).isZero();

        assertThat(made)
                .hasSize(4)
                .allSatisfy((name, value) -> assertThat(value).matches("[A-Za-z0-9_-]{43}"));
        assertThat(Set.copyOf(made.values())).hasSize(4);
        assertThat(DeployFolder.read(secrets.resolve("postgres.env"))).isEqualTo(made);
        assertThat(DeployFolder.read(secrets.resolve("broker.env")))
                .hasSize(1)
                .containsEntry("LATCHKEY_DATABASE_PASSWORD", made.get("LATCHKEY_RUNTIME_PASSWORD"));
        assertThat(DeployFolder.read(secrets.resolve("migrate.env")))
                .hasSize(1)
                .containsEntry("LATCHKEY_DATABASE_OWNER_PASSWORD", made.get("LATCHKEY_OWNER_PASSWORD"));
        try (Stream<Path> all = Files.list(secrets)) {
            for (Path one : all.toList()) {
                assertThat(Files.getPosixFilePermissions(one))
                        .as(one.toString())
                        .hasSize(2);
            }
        }
    }

    @Test
    @DisplayName("docker-compose itself takes the file, where it is there")
    void isTakenByCompose(@TempDir Path folder) throws IOException {
        assumeThat(Files.isExecutable(Path.of("/usr/bin/docker-compose"))).isTrue();
        Files.copy(PROJECT.resolve("docker-compose.yml"), folder.resolve("docker-compose.yml"));
        Path env = Files.createDirectories(folder.resolve("deploy/env"));
        try (Stream<Path> all = Files.list(DeployFolder.source().resolve("env"))) {
            for (Path one : all.toList()) {
                Files.copy(one, env.resolve(one.getFileName()));
            }
        }
        assertThat(run(
                        folder,
                        DeployFolder.source().resolve("make-secrets").toString(),
                        folder.resolve("deploy/secrets").toString()))
                .isZero();

        assertThat(run(folder, "/usr/bin/docker-compose", "config", "--quiet")).isZero();
    }

    private static int run(Path folder, String... command) {
        try (ChildProcess process = ChildProcess.start(folder, Map.of(), folder.resolve("log"), List.of(command))) {
            return process.awaitEnd(Duration.ofMinutes(3));
        }
    }

    /** A list of texts, one text, or nothing. */
    private static List<String> texts(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(String::valueOf).toList();
        }
        return value == null ? List.of() : List.of(String.valueOf(value));
    }
}
