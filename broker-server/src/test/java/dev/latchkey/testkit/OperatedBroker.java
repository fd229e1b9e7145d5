package dev.latchkey.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An installation that is operated by {@code docs/operations.md} alone: its blocks of commands are read from there and run
 * by a shell. Needs {@code target/quarkus-app}. Not thread-safe.
 */
public final class OperatedBroker implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(4);
    private static final Duration STEP = Duration.ofMinutes(3);
    private static final Path ROOT =
            Path.of(System.getProperty("basedir", "."), "..").toAbsolutePath().normalize();
    private static final Pattern BLOCK = Pattern.compile("(?s)<!-- OperationsGuideIT ([a-z-]+) -->\n```sh\n(.*?)```");

    private final Path folder;
    private final URI address;
    private final String password = UUID.randomUUID().toString();
    private final Map<String, String> blocks;
    private final Map<String, String> variables = new HashMap<>();
    private final Set<String> notRun;
    private @Nullable ChildProcess process;
    private int lives;

    private OperatedBroker(Path folder, URI address, Map<String, String> blocks) {
        this.folder = folder;
        this.address = address;
        this.blocks = blocks;
        this.notRun = new TreeSet<>(blocks.keySet());
    }

    /** An installation below that folder, on a free port, with the sandbox allowed; not started. */
    public static OperatedBroker in(Path folder) throws IOException {
        int port = ChildProcess.freePort();
        Map<String, String> blocks = new LinkedHashMap<>();
        BLOCK.matcher(Files.readString(ROOT.resolve("docs/operations.md")))
                .results()
                .forEach(block -> blocks.put(block.group(1), block.group(2)));
        OperatedBroker broker = new OperatedBroker(folder, URI.create("http://127.0.0.1:" + port), blocks);
        Files.createDirectory(broker.state());
        Files.createDirectory(broker.folder.resolve("backup"));
        Path settings = Files.createFile(
                broker.state().resolve("broker.env"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                settings, """
                LATCHKEY_HTTP_PORT=%d
                LATCHKEY_DATA=%s
                LATCHKEY_OUTBOUND_ALLOW_LOOPBACK=true
                LATCHKEY_ADMIN_PASSWORD=%s
                LATCHKEY_APPROVER_PASSWORD=%s
                """.formatted(port, broker.state().resolve("data"), broker.password, broker.password));
        broker.variables.putAll(Map.of(
                "INSTALLED", ROOT.toString(),
                "STATE", broker.state().toString(),
                "BACKUP", folder.resolve("backup").toString(),
                "LATCHKEY", broker.address.toString(),
                "ADMIN", "admin:" + broker.password,
                "PATH", Path.of(System.getProperty("java.home"), "bin") + ":" + System.getenv("PATH")));
        return broker;
    }

    /** Sets a variable that the guide's commands use. */
    public void with(String name, String value) {
        variables.put(name, value);
    }

    /** The operator has access to that server, with the rights of its root token. */
    public void keepsSecretsIn(OpenBaoServer vault) {
        with("BAO_ADDR", vault.address().toString());
        with("BAO_TOKEN", vault.rootToken());
        with("HOME", folder.toString());
        with("PATH", OpenBaoServer.binary().getParent() + ":" + variables.get("PATH"));
        // the first login of a cold broker takes its time on a slow machine
        with("LATCHKEY_VAULT_KV2_TIMEOUT", "PT20S");
    }

    /** Where the broker is reached. */
    public URI address() {
        return address;
    }

    /** The password of both people. */
    public String password() {
        return password;
    }

    /** The folder {@code STATE} of the guide. */
    public Path state() {
        return folder.resolve("state");
    }

    /** Runs one block to its end; what it printed. Fails if it ends with another status than 0. */
    public String run(String block) {
        Path log = folder.resolve(block + "-" + System.nanoTime() + ".log");
        try (ChildProcess shell = shell(log, text(block))) {
            int status = shell.awaitEnd(STEP);
            if (status != 0) {
                throw new IllegalStateException(block + " ended with " + status + ":\n" + shell.tail());
            }
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the broker by the guide's block, after others that are for this start only, and waits until it is ready. */
    public void start(String... before) {
        StringBuilder script = new StringBuilder();
        for (String block : before) {
            script.append(text(block));
        }
        lives++;
        process = shell(logFile(), script + text("start"));
        process.awaitOk(address.resolve("/q/health/ready"), START);
    }

    /** Stops it in good order. */
    public void stop() {
        if (process != null) {
            process.stop(STEP);
        }
    }

    /** What the broker printed since its last start. */
    public String log() {
        try {
            return Files.readString(logFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Blocks of the guide that were not run. */
    public Set<String> notRun() {
        return notRun;
    }

    private Path logFile() {
        return folder.resolve("broker-" + lives + ".log");
    }

    private String text(String block) {
        notRun.remove(block);
        String text = blocks.get(block);
        if (text == null) {
            throw new IllegalArgumentException("docs/operations.md has no block " + block);
        }
        return text;
    }

    private ChildProcess shell(Path log, String script) {
        return ChildProcess.start(folder, variables, log, List.of("bash", "-c", "set -euo pipefail\n" + script));
    }

    /** Ends the broker; its database ends with it, or is ended here. */
    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
        Path postmaster = state().resolve("data/postgres/postmaster.pid");
        try {
            if (Files.exists(postmaster)) {
                ProcessHandle.of(Long.parseLong(
                                Files.readAllLines(postmaster).getFirst().strip()))
                        .ifPresent(ChildProcess::end);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
