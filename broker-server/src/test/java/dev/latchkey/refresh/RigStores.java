package dev.latchkey.refresh;

import dev.latchkey.boot.DatabaseAccess;
import dev.latchkey.boot.EmbeddedDatabase;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.testkit.OpenBaoServer;
import dev.latchkey.testkit.TemporaryFolder;
import dev.latchkey.testkit.TestDatabase;
import dev.latchkey.testkit.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the brokers of a rig keep things in: a PostgreSQL and a secret store, which is a real OpenBao behind a wire or the
 * broker's own. A PostgreSQL of its own is behind a wire, too, and can be killed. Not thread-safe.
 */
final class RigStores implements AutoCloseable {

    private static final int RESTARTS = 20;

    private final TemporaryFolder folder = new TemporaryFolder("latchkey-stores");
    private final @Nullable OpenBaoServer bao;
    private final @Nullable Wire toVault;
    private @Nullable EmbeddedDatabase server;
    private final @Nullable Wire toDatabase;
    private final DatabaseAccess access;
    private final Map<String, String> properties = new HashMap<>();

    private RigStores(Supplier<DatabaseAccess> database, boolean openBao, boolean ownDatabase) {
        try {
            EmbeddedDatabase own = ownDatabase ? startServer() : null;
            server = own;
            toDatabase = own == null ? null : new Wire(portOf(own.database()));
            access = own == null ? database.get() : own.database();
            bao = openBao
                    ? OpenBaoServer.start(Files.createDirectory(folder.path().resolve("bao")), "")
                    : null;
            toVault = bao == null ? null : new Wire(bao.address().getPort());
            configure();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The local store in a database of the common server, which is used as the embedded one is. */
    static RigStores local() {
        return local(TestDatabase.embedded());
    }

    /** The local store in that database. */
    static RigStores local(DatabaseAccess access) {
        return new RigStores(() -> access, false, false);
    }

    /** A real OpenBao, and a database of the common server. */
    static RigStores openBao() {
        return new RigStores(TestDatabase::fresh, true, false);
    }

    /** A real OpenBao and a PostgreSQL of its own, each behind a wire. */
    static RigStores behindWires() {
        return new RigStores(TestDatabase::fresh, true, true);
    }

    private void configure() {
        String url = access.url();
        if (toDatabase != null) {
            // What docs/postgresql.md asks of an address: nobody waits for ever for a server that says nothing.
            url = url.replaceFirst(":[0-9]+/", ":" + toDatabase.port() + "/") + "?connectTimeout=3&socketTimeout=5";
        }
        properties.put("latchkey.database.url", url);
        properties.put("latchkey.database.username", access.username());
        properties.put("latchkey.database.owner-username", access.ownerUsername());
        if (bao == null || toVault == null) {
            properties.put(
                    "latchkey.vault.keyset",
                    folder.path().resolve("keyset.json").toString());
            return;
        }
        bao.setUp(Map.of());
        String secretId = bao.root("POST", "auth/approle/role/latchkey-broker/secret-id", Map.of("metadata", "{}"))
                .body()
                .path("data")
                .path("secret_id")
                .asText();
        properties.put("latchkey.vault.kind", "kv2");
        properties.put("latchkey.vault.kv2.address", "http://127.0.0.1:" + toVault.port());
        properties.put("latchkey.vault.kv2.role-id", bao.roleId());
        properties.put("latchkey.vault.kv2.secret-id-wrapped", "false"); // a broker that is killed starts again
        properties.put(
                "latchkey.vault.kv2.secret-id-file",
                folder.secretFile("secret-id", secretId).toString());
    }

    /** Configuration of a broker, passwords of the database apart. */
    Map<String, String> properties() {
        return Map.copyOf(properties);
    }

    /** The database, without the wire. */
    DatabaseAccess database() {
        EmbeddedDatabase own = server;
        return own == null ? access : own.database();
    }

    /** The secret store. */
    OpenBaoServer bao() {
        return Objects.requireNonNull(bao);
    }

    /** The wire to the secret store. */
    Wire toVault() {
        return Objects.requireNonNull(toVault);
    }

    /** The wire to the database. */
    Wire toDatabase() {
        return Objects.requireNonNull(toDatabase);
    }

    /** Kills PostgreSQL as a crash would: the server first, then what it has started. */
    void killDatabase() {
        ProcessHandle postmaster = postmaster().orElseThrow();
        List<ProcessHandle> workers = postmaster.children().toList();
        postmaster.destroyForcibly();
        workers.forEach(ProcessHandle::destroyForcibly);
        postmaster.onExit().join();
        try {
            Objects.requireNonNull(server).close(); // lets go of the folder
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it again on what is on disk; the wire leads there from now on. */
    void startDatabaseAgain() {
        EmbeddedDatabase again = startServer();
        server = again;
        toDatabase().mend(portOf(again.database()));
    }

    private EmbeddedDatabase startServer() {
        for (int attempt = 1; ; attempt++) {
            try {
                Path data = Files.createDirectories(folder.path().resolve("data"));
                Path binaries = Path.of(System.getProperty("java.io.tmpdir"), "embedded-pg");
                return EmbeddedDatabase.start(data, binaries, new SecretGenerator(new SecureRandom()));
            } catch (IOException | IllegalStateException e) {
                // until the last process of the one that was killed is gone
                if (attempt == RESTARTS) {
                    throw new IllegalStateException("PostgreSQL does not start", e);
                }
            }
        }
    }

    private Optional<ProcessHandle> postmaster() {
        Path file = folder.path().resolve("data/postgres/postmaster.pid");
        try {
            return Files.exists(file)
                    ? ProcessHandle.of(
                            Long.parseLong(Files.readAllLines(file).getFirst().strip()))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int portOf(DatabaseAccess access) {
        return Integer.parseInt(access.url().replaceFirst("^.*:([0-9]+)/.*$", "$1"));
    }

    @Override
    public void close() {
        try {
            if (toVault != null) {
                toVault.close();
            }
            if (bao != null) {
                bao.close();
            }
            if (toDatabase != null) {
                toDatabase.close();
            }
            EmbeddedDatabase own = server;
            if (own != null) {
                own.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            folder.close();
        }
    }
}
