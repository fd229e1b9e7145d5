package dev.latchkey.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The packaged broker as a real process: on its embedded default, a free port and a data folder of its own, with loopback
 * partners and endpoint overrides allowed unless a test says otherwise. It can be killed and started again on the same
 * data, port and passwords. Needs {@code target/quarkus-app}, so its users are {@code *IT} tests. Not thread-safe.
 */
public final class BrokerProcess implements AutoCloseable {

    private static final Pattern TIMESTAMP = Pattern.compile("\"timestamp\":\"([^\"]+)\"");
    private static final Duration START = Duration.ofMinutes(4);
    private static final Duration END = Duration.ofSeconds(90);
    private static final Duration TO_ARCHIVE = Duration.ofMinutes(3);

    private final Path folder;
    private final int port;
    private final Map<String, String> properties;
    private final Map<String, String> environment;
    private final List<ChildProcess> lives = new ArrayList<>();

    private final URI health;

    private BrokerProcess(
            Path folder, int port, URI health, Map<String, String> properties, Map<String, String> environment) {
        this.folder = folder;
        this.port = port;
        this.health = health;
        this.properties = properties;
        this.environment = environment;
    }

    /** Starts a broker with nothing special and waits until it is ready. */
    public static BrokerProcess start() {
        return start(Map.of(), Map.of());
    }

    /**
     * Starts a broker and waits until it is ready.
     *
     * @param properties configuration beside the kit's own, which they may replace
     * @param environment variables; the place for secrets
     */
    public static BrokerProcess start(Map<String, String> properties, Map<String, String> environment) {
        return started(prepared(properties, environment));
    }

    /** Starts a broker that tells of its health elsewhere than on its main port. */
    public static BrokerProcess startWithHealthAt(URI management, Map<String, String> properties) {
        return started(prepared(ChildProcess.freePort(), management, properties, Map.of()));
    }

    private static BrokerProcess prepared(Map<String, String> properties, Map<String, String> environment) {
        var port = ChildProcess.freePort();
        return prepared(port, URI.create("http://127.0.0.1:" + port), properties, environment);
    }

    private static BrokerProcess prepared(
            int port, URI health, Map<String, String> properties, Map<String, String> environment) {
        var folder = temporaryFolder();
        var all = new HashMap<>(Map.of(
                "latchkey.http.port",
                Integer.toString(port),
                "latchkey.data",
                folder.resolve("data").toString(),
                "latchkey.outbound.allow-loopback",
                "true",
                "latchkey.partners.endpoint-overrides",
                "true"));
        all.putAll(properties);
        var variables = new HashMap<>(Map.of(
                "LATCHKEY_ADMIN_PASSWORD", UUID.randomUUID().toString(),
                "LATCHKEY_APPROVER_PASSWORD", UUID.randomUUID().toString()));
        variables.putAll(environment);
        return new BrokerProcess(folder, port, health, Map.copyOf(all), Map.copyOf(variables));
    }

    private static BrokerProcess started(BrokerProcess broker) {
        try {
            broker.startAgain();
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
        return broker;
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("latchkey-it");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the process anew, after {@link #kill9()} or {@link #stop()}, and waits until it is ready. */
    public void startAgain() {
        if (!lives.isEmpty() && current().isAlive()) {
            throw new IllegalStateException("still running");
        }
        startWith(StartArchive.flags(jar(), BrokerProcess::fillArchive));
    }

    /** One start of a broker with nothing special. */
    private static void fillArchive(List<String> flags) {
        try (BrokerProcess broker = prepared(Map.of(), Map.of())) {
            broker.startWith(flags);
            broker.current().stop(TO_ARCHIVE);
        }
    }

    private void startWith(List<String> flags) {
        var process = ChildProcess.start(folder, environment, log(), command(flags));
        lives.add(process);
        process.awaitOk(health.resolve("/q/health/ready"), START);
    }

    private List<String> command(List<String> flags) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(flags);
        properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.addAll(List.of("-jar", jar().toString()));
        return command;
    }

    private static Path jar() {
        var jar = Path.of(System.getProperty("basedir", "."), "target/quarkus-app/quarkus-run.jar")
                .toAbsolutePath();
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException("no " + jar + ": run `mvn package` first");
        }
        return jar;
    }

    private ChildProcess current() {
        return lives.getLast();
    }

    /** Where it is reached. */
    public URI baseUri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** The process id of its present or last life. */
    public long pid() {
        return current().pid();
    }

    /** The file with everything that it printed, in all its lives. */
    public Path log() {
        return folder.resolve("broker.log");
    }

    /** What it printed so far. */
    public String logText() {
        try {
            return Files.readString(log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** When the process wrote its last line, by its own clock. */
    public Instant lastLine() {
        List<String> stamps = TIMESTAMP
                .matcher(logText())
                .results()
                .map(found -> found.group(1))
                .toList();
        return OffsetDateTime.parse(stamps.getLast()).toInstant();
    }

    /** Its data folder. */
    public Path dataFolder() {
        return Path.of(properties.get("latchkey.data"));
    }

    /** Name and password of the user {@code admin}, as curl takes them. */
    public String adminPair() {
        return "admin:" + environment.get("LATCHKEY_ADMIN_PASSWORD");
    }

    /** The {@code Authorization} value of the user {@code admin}. */
    public String admin() {
        return TestHttp.basic("admin", environment.get("LATCHKEY_ADMIN_PASSWORD"));
    }

    /** The {@code Authorization} value of the user {@code approver}. */
    public String approver() {
        return TestHttp.basic("approver", environment.get("LATCHKEY_APPROVER_PASSWORD"));
    }

    /** Kills the broker as a crash would (SIGKILL); its embedded database lives on until the next start or the end. */
    public void kill9() {
        current().kill9();
    }

    /** Stops it in the middle of what it does (SIGSTOP), until {@link #thaw()}. */
    public void freeze() {
        current().freeze();
    }

    /** Lets it go on after {@link #freeze()}. */
    public void thaw() {
        current().thaw();
    }

    /**
     * Stops it in good order.
     *
     * @return its exit status
     */
    public int stop() {
        return current().stop(END);
    }

    /** The pid of its embedded PostgreSQL, by the first line of {@code postmaster.pid}; empty when that is stopped. */
    public Optional<Long> databasePid() {
        var file = dataFolder().resolve("postgres/postmaster.pid");
        try {
            return Files.exists(file)
                    ? Optional.of(
                            Long.valueOf(Files.readAllLines(file).getFirst().strip()))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends all that it started and removes its folder. */
    @Override
    public void close() {
        lives.forEach(ChildProcess::close);
        // PostgreSQL leaves the broker's process group at its start, so it outlives a killed broker.
        databasePid().flatMap(ProcessHandle::of).ifPresent(ChildProcess::end);
        try (var paths = Files.walk(folder)) {
            paths.sorted(Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
