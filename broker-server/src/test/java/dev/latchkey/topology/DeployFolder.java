package dev.latchkey.topology;

import dev.latchkey.testkit.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of {@code deploy/}, moved: every port of theirs becomes a free one, every folder below {@code /srv/latchkey} one
 * below a work folder. Nothing else is changed, so that what plain processes show holds for the containers too.
 */
final class DeployFolder {

    private static final String FOLDERS = "/srv/latchkey";
    private static final List<Integer> PORTS = List.of(
            5432, 8080, 8081, 8082, 8083, 8180, 8200, 8201, 8404, 8600, 9001, 9002, 9003, 9180, 18080, 18180, 18600);
    private static final Pattern PORT = Pattern.compile("(?<![0-9.])("
            + String.join("|", PORTS.stream().map(String::valueOf).toList()) + ")(?![0-9.])");

    private final Path files;
    private final Path folders;
    private final Path secrets;
    private final Map<Integer, Integer> ports = new TreeMap<>();

    private DeployFolder(Path work) {
        this.files = work.resolve("deploy");
        this.folders = work.resolve("srv");
        this.secrets = work.resolve("secrets");
        while (ports.size() < PORTS.size()) {
            int free = ChildProcess.freePort();
            if (!ports.containsValue(free)) {
                ports.put(PORTS.get(ports.size()), free);
            }
        }
    }

    /** The project's own folder. */
    static Path source() {
        return project().resolve("deploy");
    }

    /** The top of the project. */
    static Path project() {
        return Path.of(System.getProperty("basedir", "."), "..")
                .toAbsolutePath()
                .normalize();
    }

    /** Copies the files below a work folder. */
    static DeployFolder moveTo(Path work) throws IOException {
        DeployFolder moved = new DeployFolder(work);
        try (Stream<Path> tree = Files.walk(source())) {
            for (Path file : tree.filter(Files::isRegularFile).toList()) {
                if (!file.startsWith(source().resolve("secrets"))) {
                    moved.copy(file);
                }
            }
        }
        Files.createDirectories(moved.folders);
        return moved;
    }

    private void copy(Path file) throws IOException {
        Path target = files.resolve(source().relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.writeString(target, moved(Files.readString(file)));
        if (Files.isExecutable(file) && !target.toFile().setExecutable(true)) {
            throw new IOException("cannot make executable: " + target);
        }
    }

    private String moved(String text) {
        return PORT.matcher(text).replaceAll(this::moved).replace(FOLDERS, folders.toString());
    }

    private String moved(MatchResult port) {
        return String.valueOf(port(Integer.parseInt(port.group(1))));
    }

    /** The free port that stands for one of the files. */
    int port(int original) {
        Integer free = ports.get(original);
        if (free == null) {
            throw new IllegalArgumentException("no port of deploy/: " + original);
        }
        return free;
    }

    /** One of the files, moved. */
    Path file(String name) {
        return files.resolve(name);
    }

    /** What stands for a folder below {@code /srv/latchkey}. */
    Path folder(String name) {
        return folders.resolve(name);
    }

    /** Where {@code make-secrets} writes. */
    Path secrets() {
        return secrets;
    }

    /** The variables of an environment file of {@code env/} and, if there is one of that name, of its secrets. */
    Map<String, String> environment(String... names) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String name : names) {
            variables.putAll(read(file("env/" + name + ".env")));
            Path secret = secrets.resolve(name + ".env");
            if (Files.exists(secret)) {
                variables.putAll(read(secret));
            }
        }
        return variables;
    }

    /** {@code NAME=value} lines, as containers read them: no quotes, no substitution. */
    static Map<String, String> read(Path file) {
        try {
            Map<String, String> variables = new LinkedHashMap<>();
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                int equals = line.indexOf('=');
                if (!line.startsWith("#") && equals > 0) {
                    variables.put(line.substring(0, equals), line.substring(equals + 1));
                }
            }
            return variables;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
