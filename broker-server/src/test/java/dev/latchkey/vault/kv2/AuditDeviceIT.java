package dev.latchkey.vault.kv2;

import static dev.latchkey.vault.kv2.Kv2VaultIT.assertUnavailable;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.testkit.CredentialVaultContract;
import dev.latchkey.testkit.MachinePauses;
import dev.latchkey.testkit.OpenBaoServer;
import dev.latchkey.vault.VaultPath;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** R35: an audit device that takes no more lines stops the whole server; here a pipe that nobody reads. */
@Timeout(180)
class AuditDeviceIT {

    /** The default of {@code latchkey.vault.kv2.timeout}, and a second for a slow machine to notice that it is over. */
    private static final Duration LIMIT = Duration.ofSeconds(2 + 1);

    private final Semaphore reading = new Semaphore(1);

    @Test
    @DisplayName(
            "R35 while the audit device of the server is blocked every call ends in vault_unavailable after 2 s; then all is well")
    void survivesBlockedAuditDevice(@TempDir Path folder) throws Exception {
        Path pipe = folder.resolve("audit.pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Thread.ofPlatform().daemon().start(() -> drain(pipe));
        String device = "audit \"file\" \"file\" { options { file_path = \"%s\" mode = \"0000\" } }".formatted(pipe);
        try (MachinePauses pauses = new MachinePauses();
                OpenBaoServer server = OpenBaoServer.start(folder, device)) {
            assertThat(server.setUp(Map.of())).contains("audit: a device is there");
            Kv2Vault vault = Kv2Fixture.vault(Kv2Fixture.keys(server, server.address(), folder));
            VaultPath path = CredentialVaultContract.newPath();
            vault.write(path, CredentialVaultContract.fields("value"), 0);

            reading.acquire();
            for (int i = 0; i < 500 && works(vault, path); i++) {
                // fills the pipe
            }
            assertRefusedInTime(pauses, () -> vault.read(path));
            assertRefusedInTime(pauses, () -> vault.write(path, CredentialVaultContract.fields("next"), 1));
            reading.release();

            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> works(vault, path));
            int now = vault.read(path).orElseThrow().version();
            assertThat(vault.write(path, CredentialVaultContract.fields("after"), now))
                    .isEqualTo(now + 1);
        }
    }

    private static void assertRefusedInTime(MachinePauses pauses, ThrowingCallable call) {
        Duration before = pauses.total();
        long began = System.nanoTime();
        assertUnavailable(call);
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        assertThat(took.minus(pauses.total().minus(before))).isLessThanOrEqualTo(LIMIT);
    }

    private static boolean works(Kv2Vault vault, VaultPath path) {
        try {
            return vault.read(path).isPresent();
        } catch (BrokerException e) {
            return false;
        }
    }

    private void drain(Path pipe) {
        try (InputStream in = new FileInputStream(pipe.toFile())) {
            byte[] buffer = new byte[4096];
            int length = 0;
            while (length >= 0) {
                reading.acquireUninterruptibly();
                reading.release();
                length = in.read(buffer);
            }
        } catch (IOException e) {
            // the server is gone
        }
    }
}
