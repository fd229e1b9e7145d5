package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class MachinePausesTest {

    private static final Duration PAUSE = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    /** A process that stands still is to itself a machine that does. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void noticesThatItStoodStill() throws IOException {
        Path log = folder.resolve("log");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        try (ChildProcess watcher = ChildProcess.start(
                folder, Map.of(), log, List.of(java, "-cp", classes, MachinePausesTest.class.getName()))) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> Files.readString(log).contains("watching"));
            watcher.freeze();
            LockSupport.parkNanos(PAUSE.toNanos());
            watcher.thaw();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> Files.readString(log).contains("stood still"));
        }
    }

    /** The sleeper needs the monitor to note its nap: while another holds it, it is one that has not come back. */
    @Test
    void countsAPauseThatIsNotOverYet() throws InterruptedException {
        try (MachinePauses pauses = new MachinePauses()) {
            long begin = System.nanoTime();
            synchronized (pauses) {
                Thread.sleep(PAUSE);
                assertThat(pauses.total()).isGreaterThan(PAUSE.dividedBy(2));
                assertThat(pauses.touch(PAUSE.dividedBy(2), begin, System.nanoTime()))
                        .isTrue();
            }
            long end = System.nanoTime();
            assertThat(pauses.touch(PAUSE.dividedBy(2), begin, end)).isTrue();
            assertThat(pauses.touch(PAUSE.dividedBy(2), begin - PAUSE.toNanos(), begin - PAUSE.toNanos()))
                    .isFalse();
        }
    }

    @Test
    void saysTheSameAfterItsEnd() throws InterruptedException {
        MachinePauses pauses = new MachinePauses();
        pauses.close();
        Duration total = pauses.total();

        Thread.sleep(500);

        assertThat(pauses.total()).isEqualTo(total);
    }

    /** The watching process: says so and, when it has seen most of the pause, that; it lives until it is ended. */
    public static void main(String... none) throws InterruptedException {
        try (MachinePauses pauses = new MachinePauses()) {
            System.out.println("watching");
            while (pauses.total().compareTo(PAUSE.dividedBy(2)) < 0) {
                Thread.sleep(50);
            }
            System.out.println("stood still for " + pauses.seconds() + " s");
            Thread.currentThread().join();
        }
    }
}
