package dev.latchkey.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keycloak's distribution with our extensions in it, built for some options ({@code kc.sh build}) and ready for {@code start
 * --optimized}. Building takes most of a minute, so it is kept below {@code target/keycloak-builds} until something that it
 * is made from changes. Nobody runs in it, nor in the distribution that Maven unpacks: see {@link #serverIn}. Thread-safe.
 */
public final class KeycloakBuild {

    private static final Duration PATIENCE = Duration.ofMinutes(6);

    private final Path home;

    private KeycloakBuild(Path home) {
        this.home = home;
    }

    /** With a database in files, and our vault where a server is given the address of one. */
    public static KeycloakBuild forTests() {
        return of("tests", null, "--db=dev-file", "--health-enabled=true", "--spi-vault--provider=latchkey-kv2");
    }

    /** With the options of a {@code keycloak.conf}. */
    public static KeycloakBuild configuredBy(Path conf) {
        return of("configured", conf);
    }

    private static KeycloakBuild of(String name, @Nullable Path conf, String... options) {
        Path pristine = distribution();
        Path extensions = extensions();
        Path home = pristine.resolve("../../keycloak-builds").normalize().resolve(name);
        try {
            String from = String.join(
                    "\n",
                    pristine.toString(),
                    Files.getLastModifiedTime(extensions).toString(),
                    String.join(" ", options),
                    conf == null ? "" : Files.readString(conf));
            MadeOnce.fill(home, from, () -> build(pristine, extensions, Optional.ofNullable(conf), home, options));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new KeycloakBuild(home);
    }

    private static void build(Path pristine, Path extensions, Optional<Path> conf, Path home, String... options)
            throws IOException {
        Path log = home.resolveSibling(home.getFileName() + ".log");
        run(log, List.of("rm", "-rf", home.toString()));
        run(log, List.of("cp", "-r", pristine.toString(), home.toString()));
        if (conf.isPresent()) {
            Files.copy(conf.get(), home.resolve("conf/keycloak.conf"), StandardCopyOption.REPLACE_EXISTING);
        }
        Files.copy(extensions, home.resolve("providers/keycloak-extensions.jar"));
        List<String> build = new ArrayList<>(List.of(home.resolve("bin/kc.sh").toString(), "build"));
        build.addAll(List.of(options));
        run(log, build);
    }

    private static void run(Path log, List<String> command) {
        try (ChildProcess process = ChildProcess.start(log.getParent(), Map.of(), log, command)) {
            if (process.awaitEnd(PATIENCE) != 0) {
                throw new IllegalStateException(command.getFirst() + " failed:\n" + process.tail());
            }
        }
    }

    /**
     * Makes the folder of one server: its own data, and the programs of this build by links.
     *
     * @param folder it does not exist yet
     * @param realms files that {@code --import-realm} reads
     * @return {@code kc.sh} of that server
     */
    public Path serverIn(Path folder, Map<String, byte[]> realms) {
        try {
            Path imports = Files.createDirectories(folder.resolve("data/import"));
            for (Map.Entry<String, byte[]> realm : realms.entrySet()) {
                Files.write(imports.resolve(realm.getKey()), realm.getValue());
            }
            for (String part : List.of("conf", "lib", "providers", "themes")) {
                Files.createSymbolicLink(folder.resolve(part), home.resolve(part));
            }
            // by its own place it finds the rest
            Files.createDirectories(folder.resolve("bin"));
            return Files.copy(
                    home.resolve("bin/kc.sh"), folder.resolve("bin/kc.sh"), StandardCopyOption.COPY_ATTRIBUTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path distribution() {
        Path home = Path.of(System.getProperty("keycloak.home", "target/keycloak/missing"))
                .toAbsolutePath();
        if (!Files.isExecutable(home.resolve("bin/kc.sh"))) {
            throw new IllegalStateException("no Keycloak in " + home + ": run `mvn pre-integration-test` once");
        }
        return home;
    }

    private static Path extensions() {
        Path jar = Path.of(System.getProperty("basedir", "."), "../keycloak-extensions/target/keycloak-extensions.jar");
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException("no " + jar + ": run `mvn package` in keycloak-extensions first");
        }
        return jar;
    }
}
