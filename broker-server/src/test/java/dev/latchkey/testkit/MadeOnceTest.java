package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the test runs of several JVMs share is made by one of them. */
class MadeOnceTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("several JVMs that want a folder at the same time make it once, and each finds it whole")
    void onceForAllJvms() throws IOException {
        List<ChildProcess> jvms = IntStream.range(0, 3)
                .mapToObj(number -> ChildProcess.start(folder, Map.of(), folder.resolve(number + ".log"), command()))
                .toList();
        try {
            assertThat(jvms)
                    .allSatisfy(jvm -> assertThat(jvm.awaitEnd(Duration.ofMinutes(2)))
                            .as(jvm.tail())
                            .isZero());
        } finally {
            jvms.forEach(ChildProcess::close);
        }
        assertThat(Files.readString(folder.resolve("shared/made"))).isEqualTo("made\n");
    }

    private List<String> command() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                Path.of("target/test-classes").toAbsolutePath().toString(),
                Maker.class.getName(),
                folder.resolve("shared").toString());
    }

    /** Takes its time, so that the others come meanwhile. */
    static final class Maker {

        private Maker() {}

        public static void main(String[] arguments) throws IOException {
            Path shared = Path.of(arguments[0]);
            MadeOnce.fill(shared, "one", () -> {
                pause();
                Files.writeString(
                        shared.resolve("made"), "made\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            });
            if (!Files.exists(shared.resolve("made"))) {
                throw new IllegalStateException("not there");
            }
        }

        private static void pause() {
            try {
                Thread.sleep(1000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    @DisplayName("a folder that was left half-made is made again, and one whose sources changed as well")
    void madeAgain() throws IOException {
        Path made = folder.resolve("again");
        assertThatThrownBy(() -> MadeOnce.fill(made, "one", () -> {
                    throw new IOException("in the middle");
                }))
                .hasMessageContaining("in the middle");

        MadeOnce.fill(made, "one", () -> Files.writeString(made.resolve("content"), "first"));
        MadeOnce.fill(made, "one", () -> Files.writeString(made.resolve("content"), "not again"));
        assertThat(made.resolve("content")).hasContent("first");

        MadeOnce.fill(made, "two", () -> Files.writeString(made.resolve("content"), "second"));
        assertThat(made.resolve("content")).hasContent("second");
    }
}
