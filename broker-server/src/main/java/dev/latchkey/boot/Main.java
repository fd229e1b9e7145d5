package dev.latchkey.boot;

import dev.latchkey.readiness.Standstill;
import dev.latchkey.readiness.risk.Risk;
import dev.latchkey.secret.OwnerOnlyFile;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * Starts the broker, and before it, unless {@code latchkey.database.url} names a server, an embedded PostgreSQL on the
 * data folder. PostgreSQL is stopped after everything that uses it, also on SIGTERM and SIGINT.
 */
@QuarkusMain
public final class Main {

    private static final long STOP_SECONDS = 60;
    private static final String BINARIES = "postgres-binaries";
    private static final Set<String> OF_A_SERVER = Set.of(
            "latchkey.database.username",
            "latchkey.database.password",
            "latchkey.database.owner-url",
            "latchkey.database.owner-username",
            "latchkey.database.owner-password");

    Main() {}

    /** The process. */
    public static void main(String... args) throws IOException {
        Config config = ConfigProvider.getConfig();
        if (args.length > 0 && args[0].equals(MigrateCommand.NAME)) {
            System.exit(new MigrateCommand(config).run());
        }
        Standstill.refuse(config);
        if (config.getOptionalValue("latchkey.database.url", String.class).isPresent()) {
            Quarkus.run(args);
            return;
        }
        refuseWhoHasAServer(config);
        System.exit(runWithEmbeddedDatabase(args));
    }

    /** Who says how to log in at a server has one: an empty database of our own is not what they mean. */
    static void refuseWhoHasAServer(Config config) {
        Set<String> told = OF_A_SERVER.stream()
                .filter(key -> config.getOptionalValue(key, String.class).isPresent())
                .collect(Collectors.toCollection(TreeSet::new));
        if (!told.isEmpty()) {
            throw new ConfigurationException(
                    "latchkey.database.url is not set, and these are: " + String.join(", ", told)
                            + "; where a shell reads the settings, a value with & is put in quotes",
                    told);
        }
    }

    private static int runWithEmbeddedDatabase(String... args) throws IOException {
        Path folder = ConfigProvider.getConfig()
                .getOptionalValue("latchkey.data", Path.class)
                .orElse(Path.of("data"));
        AtomicInteger exitCode = new AtomicInteger();
        CountDownLatch stopped = new CountDownLatch(1);
        // The virtual machine ends when its hooks have ended, whatever this thread still does: wait for it there.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> await(stopped), "latchkey-stop"));
        try (DataFolder data = take(folder);
                EmbeddedDatabase database = startDatabase(data.path())) {
            // The library has opened the folder to everybody, for others to share it.
            OwnerOnlyFile.folder(data.path().resolve(BINARIES));
            System.setProperty(Risk.EMBEDDED_MARK, "true");
            database.database().withNamedStatements().asProperties().forEach(System::setProperty);
            Quarkus.run(null, (code, failure) -> end(exitCode, code, failure), args);
        } finally {
            stopped.countDown();
        }
        return exitCode.get();
    }

    private static DataFolder take(Path folder) throws IOException {
        try {
            return DataFolder.take(folder);
        } catch (DataFolder.InUseException e) {
            System.err.println("latchkey could not start: another broker is running on " + folder);
            // Nothing is open yet, and an orderly exit would bury this line under the logging that never began.
            Runtime.getRuntime().halt(1);
            throw e;
        }
    }

    /** Whoever gives Quarkus a handler has to tell why a start failed; logging may not have begun by then. */
    private static void end(AtomicInteger exitCode, int code, @Nullable Throwable failure) {
        if (failure != null) {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            System.err.println("latchkey could not start: " + trace);
        }
        exitCode.set(code);
    }

    private static EmbeddedDatabase startDatabase(Path data) throws IOException {
        Path binaries = OwnerOnlyFile.folder(data.resolve(BINARIES));
        TimeAndChance source = new TimeAndChance();
        return EmbeddedDatabase.start(data, binaries, source.secretGenerator(source.random()));
    }

    private static void await(CountDownLatch stopped) {
        try {
            stopped.await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
