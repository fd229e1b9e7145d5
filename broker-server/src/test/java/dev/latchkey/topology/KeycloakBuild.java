package dev.latchkey.topology;

import dev.latchkey.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keycloak as its image is made by {@code deploy/keycloak/Dockerfile}: the distribution, the options that it is built with,
 * our extensions, the realm. Building takes most of a minute, so it is kept until one of them changes.
 */
final class KeycloakBuild {

    private static final Duration PATIENCE = Duration.ofMinutes(6);

    private KeycloakBuild() {}

    /** The folder of a Keycloak that is ready for {@code start --optimized}. */
    static Path home(DeployFolder deploy) throws IOException {
        Path distribution = Path.of(System.getProperty("keycloak.home", "target/keycloak/missing"))
                .toAbsolutePath();
        Path home = distribution.resolve("../../keycloak-production").normalize();
        Path log = home.resolveSibling("keycloak-production.log");
        Optional<Path> extensions = Optional.of(
                        DeployFolder.project().resolve("keycloak-extensions/target/keycloak-extensions.jar"))
                .filter(Files::exists);
        String made = made(deploy, distribution, extensions);
        Path stamp = home.resolve("made-from.txt");
        if (!Files.exists(stamp) || !Files.readString(stamp).equals(made)) {
            run(log, "rm", "-rf", home.toString());
            run(log, "cp", "-r", distribution.toString(), home.toString());
            run(log, "rm", "-rf", home.resolve("data").toString());
            Files.copy(
                    deploy.file("keycloak/keycloak.conf"),
                    home.resolve("conf/keycloak.conf"),
                    StandardCopyOption.REPLACE_EXISTING);
            if (extensions.isPresent()) {
                Files.copy(
                        extensions.get(),
                        home.resolve("providers/keycloak-extensions.jar"),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            run(log, home.resolve("bin/kc.sh").toString(), "build");
            Files.writeString(stamp, made);
        }
        Path imports = Files.createDirectories(home.resolve("data/import"));
        Files.copy(realm(), imports.resolve("latchkey-realm.json"), StandardCopyOption.REPLACE_EXISTING);
        return home;
    }

    private static Path realm() {
        return DeployFolder.project().resolve("keycloak-extensions/realm/latchkey-realm.json");
    }

    private static String made(DeployFolder deploy, Path distribution, Optional<Path> extensions) throws IOException {
        String jar = extensions.isPresent()
                ? Files.getLastModifiedTime(extensions.get()).toString()
                : "no extensions";
        return distribution + "\n" + jar + "\n" + Files.readString(deploy.file("keycloak/keycloak.conf"));
    }

    private static void run(Path log, String... command) {
        try (ChildProcess process = ChildProcess.start(DeployFolder.project(), Map.of(), log, List.of(command))) {
            if (process.awaitEnd(PATIENCE) != 0) {
                throw new IllegalStateException(command[0] + " failed:\n" + process.tail());
            }
        }
    }
}
