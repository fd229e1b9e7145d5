package dev.latchkey.testkit;

import dev.latchkey.boot.DatabaseAccess;
import dev.latchkey.secret.Purpose;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A real PgBouncer in transaction mode before the databases of one server, from the system's packages. Thread-safe. */
public final class PgBouncer implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(120);

    private final Path folder;
    private final ChildProcess process;
    private final int port;

    private PgBouncer(Path folder, ChildProcess process, int port) {
        this.folder = folder;
        this.process = process;
        this.port = port;
    }

    /**
     * Starts one.
     *
     * @param database one of the server's databases; the pooler knows its two roles
     * @param serverConnections how many connections to the server it opens at most, for each database and role
     */
    public static PgBouncer start(DatabaseAccess database, int serverConnections) {
        try {
            Path folder = Files.createTempDirectory("latchkey-pgbouncer");
            int port = ChildProcess.freePort();
            Files.writeString(folder.resolve("users.txt"), users(database));
            Files.writeString(
                    folder.resolve("pgbouncer.ini"),
                    configuration(folder, PostgresCluster.portOf(database.url()), port, serverConnections));
            boolean root = System.getProperty("user.name").equals("root");
            if (root) {
                // it refuses to run as root
                giveTo("nobody", folder);
            }
            PgBouncer pooler = new PgBouncer(
                    folder,
                    ChildProcess.start(folder, Map.of(), folder.resolve("pgbouncer.log"), command(folder, root)),
                    port);
            Awaitility.await().atMost(START).until(pooler::answers);
            return pooler;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The JDBC address of a database through the pooler, made from the address without it. */
    public String through(String url) {
        return url.replaceFirst("127\\.0\\.0\\.1:[0-9]+", "127.0.0.1:" + port);
    }

    /** What it wrote. */
    public String log() {
        return process.tail();
    }

    @Override
    public void close() {
        process.close();
        try (Stream<Path> tree = Files.walk(folder)) {
            tree.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> command(Path folder, boolean root) {
        List<String> command = new ArrayList<>(List.of(program()));
        if (root) {
            command.addAll(List.of("-u", "nobody"));
        }
        command.add(folder.resolve("pgbouncer.ini").toString());
        return command;
    }

    private static String program() {
        return Stream.of("/usr/sbin/pgbouncer", "/usr/local/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer")
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst()
                .orElse("pgbouncer");
    }

    private static String users(DatabaseAccess database) {
        return "\"" + database.username() + "\" \"" + database.password().reveal(Purpose.STORE) + "\"\n\""
                + database.ownerUsername() + "\" \"" + database.ownerPassword().reveal(Purpose.STORE) + "\"\n";
    }

    private static String configuration(Path folder, int serverPort, int port, int serverConnections) {
        return """
                [databases]
                * = host=127.0.0.1 port=%d
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = scram-sha-256
                auth_file = %s
                pool_mode = transaction
                max_client_conn = 1000
                default_pool_size = %d
                server_idle_timeout = 5
                ignore_startup_parameters = extra_float_digits
                """.formatted(serverPort, port, folder.resolve("users.txt"), serverConnections);
    }

    private static void giveTo(String user, Path folder) throws IOException {
        var owner = folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user);
        for (String name : List.of("users.txt", "pgbouncer.ini")) {
            Files.setPosixFilePermissions(folder.resolve(name), PosixFilePermissions.fromString("rw-------"));
            Files.setOwner(folder.resolve(name), owner);
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    }

    private boolean answers() {
        if (!process.isAlive()) {
            throw new IllegalStateException(process.tail());
        }
        try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
