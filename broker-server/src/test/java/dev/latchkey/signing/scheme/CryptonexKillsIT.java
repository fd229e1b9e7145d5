package dev.latchkey.signing.scheme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.boot.DatabaseAccess;
import dev.latchkey.sandbox.Sandbox;
import dev.latchkey.sandbox.SandboxConfig;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.sandbox.client.SandboxControl;
import dev.latchkey.secret.Purpose;
import dev.latchkey.testkit.ChildProcess;
import dev.latchkey.testkit.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that send with one key are killed in the middle of it; what the partner sees goes on growing. */
class CryptonexKillsIT {

    private static final int PROCESSES = 3;
    private static final int KILLS = 20;

    @TempDir
    Path folder;

    private final DatabaseAccess database = TestDatabase.migrated();
    private final List<ChildProcess> processes = new ArrayList<>();

    @Test
    @DisplayName("R115 kill -9 of 3 processes with 201 callers, 20 times: nonces only grow, no reject")
    void killedTwentyTimes() {
        try (Sandbox sandbox = Sandbox.start(SandboxConfig.defaults())) {
            SandboxControl control = new SandboxControl(sandbox.baseUri());
            control.registerClient("cryptonex", "key1", "secret1");
            control.fault(FaultOrder.at("cryptonex").endpoint("api").forever().arrivalJitter(Duration.ofMillis(20)));
            for (int i = 0; i < PROCESSES; i++) {
                processes.add(start(sandbox));
            }
            for (int kill = 0; kill < KILLS; kill++) {
                long before = control.count("cryptonex", "api");
                await().atMost(Duration.ofSeconds(120)).until(() -> control.count("cryptonex", "api") > before + 10);
                processes.get(kill % PROCESSES).kill9();
                processes.set(kill % PROCESSES, start(sandbox));
            }
            processes.forEach(ChildProcess::kill9);

            assertThat(control.count("cryptonex", "api")).isGreaterThan(200);
            assertThat(control.counters().at("/partners/cryptonex/rejections"))
                    .as("what the partner refused")
                    .isEmpty();
        } finally {
            processes.forEach(ChildProcess::close);
        }
    }

    private ChildProcess start(Sandbox sandbox) {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                LaneProcess.class.getName(),
                sandbox.baseUri().resolve("/cryptonex/api").toString(),
                "67");
        return ChildProcess.start(
                folder,
                Map.of(
                        "LANE_URL", database.url(),
                        "LANE_USER", database.username(),
                        "LANE_PASSWORD", database.password().reveal(Purpose.STORE)),
                folder.resolve("processes.log"),
                command);
    }
}
