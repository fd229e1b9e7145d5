package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No two processes of the tests are told the same port. */
class FreePortsTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("another JVM that begins at the same port is given others, while nobody listens on them yet")
    void notWhatAnotherJvmWasGiven() throws IOException {
        int first = FreePorts.take();
        Set<Integer> mine = new HashSet<>(Set.of(first, FreePorts.take(), FreePorts.take()));
        Path log = folder.resolve("other.log");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                Path.of("target/test-classes").toAbsolutePath().toString(),
                "-Dbasedir=" + Path.of("").toAbsolutePath(),
                Other.class.getName(),
                Integer.toString(first));

        try (ChildProcess other = ChildProcess.start(folder, Map.of(), log, command)) {
            assertThat(other.awaitEnd(Duration.ofMinutes(2))).as(other.tail()).isZero();
        }

        assertThat(Files.readString(log).lines().map(Integer::valueOf))
                .hasSize(3)
                .doesNotHaveDuplicates()
                .doesNotContainAnyElementsOf(mine);
    }

    /** Prints three ports. */
    static final class Other {

        private Other() {}

        public static void main(String[] arguments) {
            FreePorts.beginAt(Integer.parseInt(arguments[0]));
            for (int i = 0; i < 3; i++) {
                System.out.println(FreePorts.take());
            }
        }
    }

    @Test
    @DisplayName("a port that somebody listens on is left out")
    void notWhatIsInUse() throws IOException {
        int next = FreePorts.take() + 1;
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), next));
            FreePorts.beginAt(next);
            assertThat(FreePorts.take()).isNotEqualTo(next);
        }
    }
}
