package dev.latchkey.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The classes of a started broker as an archive of the JVM (JEP 350): the many starts of the tests need a fifth less of the
 * processors with it. Made once a build, by whoever comes first. Where it cannot be made or does not fit, brokers start
 * without it. A cache of JEP 514 would save no more, and gives way to a debugger.
 */
final class StartArchive {

    private StartArchive() {}

    /** How an archive is filled: a broker with these flags gets ready, and is stopped in good order. */
    @FunctionalInterface
    interface Filling {
        void run(List<String> flags);
    }

    /** The flags of a JVM that runs this jar; none when there is no archive. */
    static List<String> flags(Path jar, Filling filling) {
        Path folder = jar.getParent().resolveSibling("start-archive");
        Path archive = folder.resolve("broker.jsa");
        MadeOnce.fill(folder, System.getProperty("java.home") + "\n" + Runtime.version() + "\n" + files(jar), () -> {
            Files.deleteIfExists(archive);
            fill(archive, filling);
        });
        // what a JVM says of an archive that does not fit has no place in the broker's log
        return Files.exists(archive) ? List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds*=off") : List.of();
    }

    private static void fill(Path archive, Filling filling) throws IOException {
        Path unfinished = archive.resolveSibling("unfinished.jsa");
        try {
            filling.run(List.of("-XX:ArchiveClassesAtExit=" + unfinished));
            Files.move(unfinished, archive);
        } catch (IllegalStateException | IOException e) {
            System.out.println("The brokers of the tests start without an archive: " + e);
            Files.deleteIfExists(unfinished);
        }
    }

    /** What was built: the JVM itself compares the first jar only. */
    private static String files(Path jar) {
        try (Stream<Path> files = Files.walk(jar.getParent())) {
            return files.filter(Files::isRegularFile)
                    .sorted()
                    .map(file -> String.join(
                            " ",
                            file.toString(),
                            Long.toString(file.toFile().length()),
                            Long.toString(file.toFile().lastModified())))
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
