package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ROUNDS = 20;

    /** So many threads that they cannot all come to a halt while {@code kill} ends. */
    private static final String MANY_THREADS = """
            public class Many {
                public static void main(String... none) throws Exception {
                    for (int i = 0; i < 300; i++) {
                        Thread.ofPlatform().start(() -> {
                            while (true) {
                                java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
                            }
                        });
                    }
                    System.out.println("started");
                }
            }
            """;

    @TempDir
    Path folder;

    @Test
    @EnabledOnOs(OS.LINUX)
    void isFrozenInAllItsThreads() throws IOException {
        Path source = Files.writeString(folder.resolve("Many.java"), MANY_THREADS);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        try (ChildProcess process =
                ChildProcess.start(folder, Map.of(), folder.resolve("log"), List.of(java, source.toString()))) {
            await().atMost(PATIENCE).until(() -> process.tail().contains("started"));
            for (int round = 0; round < ROUNDS; round++) {
                process.freeze();
                assertThat(states(process)).hasSizeGreaterThan(300).containsOnly('T');
                process.thaw();
            }
            assertThat(process.isAlive()).isTrue();
        }
    }

    private static List<Character> states(ChildProcess process) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
            return threads.map(ChildProcessTest::state).toList();
        }
    }

    private static char state(Path thread) {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return '-';
        }
    }
}
