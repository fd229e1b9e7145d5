package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive of a build is filled by its first start, and nobody misses it. */
class StartArchiveTest {

    private static final String OUTPUT = "-XX:ArchiveClassesAtExit=";

    @TempDir
    Path target;

    private Path jar;
    private int fillings;

    @BeforeEach
    void build() throws IOException {
        jar = Files.createDirectories(target.resolve("quarkus-app")).resolve("quarkus-run.jar");
        Files.writeString(jar, "first");
    }

    @Test
    @DisplayName("one start of a build fills the archive, the others take it")
    void filledOnceABuild() throws IOException {
        List<String> first = StartArchive.flags(jar, this::fill);

        assertThat(first).contains("-XX:SharedArchiveFile=" + target.resolve("start-archive/broker.jsa"));
        assertThat(StartArchive.flags(jar, this::fill)).isEqualTo(first);
        assertThat(fillings).isEqualTo(1);

        Files.writeString(jar, "the second");

        assertThat(StartArchive.flags(jar, this::fill)).isEqualTo(first);
        assertThat(fillings).isEqualTo(2);
    }

    @Test
    @DisplayName("without an archive that can be filled brokers start as ever, and it is not tried again")
    void goesOnWithoutOne() {
        StartArchive.flags(jar, this::fill);
        jar.toFile().setLastModified(1_000_000_000_000L);

        assertThat(StartArchive.flags(jar, flags -> failing())).isEmpty();
        assertThat(StartArchive.flags(jar, this::fill)).isEmpty();
    }

    @Test
    @DisplayName("a JVM that writes no archive is no failure either")
    void goesOnAfterNothing() {
        assertThat(StartArchive.flags(jar, flags -> {})).isEmpty();
    }

    private static void failing() {
        throw new IllegalStateException("not ready");
    }

    private void fill(List<String> flags) {
        fillings++;
        try {
            Files.writeString(Path.of(flags.getFirst().substring(OUTPUT.length())), "classes");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
