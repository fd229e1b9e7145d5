package dev.latchkey.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.secret.Purpose;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.ChildProcess;
import dev.latchkey.testkit.OpenBaoServer;
import dev.latchkey.testkit.PostgresCluster;
import dev.latchkey.testkit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** R39: somebody else was quicker with the wrapped SecretID; a whole process finds out at its start. */
@Timeout(600)
class InterceptedSecretIdIT {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir
    Path folder;

    @Test
    @DisplayName("R39 a broker whose wrapped SecretID was unwrapped before ends at its start, loudly and on record")
    void endsAtItsStart() throws Exception {
        try (PostgresCluster cluster = PostgresCluster.start();
                OpenBaoServer bao = OpenBaoServer.start(Files.createDirectory(folder.resolve("bao")), "")) {
            bao.setUp(Map.of());
            String wrapping = bao.wrappedSecretId();
            String secretId = bao.call("POST", "sys/wrapping/unwrap", wrapping, Map.of())
                    .body()
                    .path("data")
                    .path("secret_id")
                    .asText();
            assertThat(secretId).isNotEmpty();

            try (ChildProcess broker = start(cluster.database(), bao, wrapping)) {
                assertThat(broker.awaitEnd(PATIENCE)).as(broker.tail()).isNotZero();
            }

            assertThat(Files.readString(folder.resolve("broker.log")))
                    .contains("secret_id_intercepted")
                    .doesNotContain(wrapping)
                    .doesNotContain(secretId);
            assertThat(new BrokerTables(TestDatabase.dataSource(cluster.database()))
                            .texts("select actor from audit_event where action = 'secret_id_intercepted'"))
                    .hasSize(1);
        }
    }

    private ChildProcess start(DatabaseAccess database, OpenBaoServer bao, String wrapping) throws Exception {
        Path secret = Files.createFile(
                folder.resolve("secret-id"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secret, wrapping);
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        Map.of(
                        "http.port", Integer.toString(ChildProcess.freePort()),
                        "data", folder.resolve("data").toString(),
                        "database.url", database.url(),
                        "database.username", database.username(),
                        "database.owner-username", database.ownerUsername(),
                        "vault.kind", "kv2",
                        "vault.kv2.address", bao.address().toString(),
                        "vault.kv2.role-id", bao.roleId(),
                        "vault.kv2.secret-id-file", secret.toString(),
                        "vault.kv2.timeout", "PT20S")
                .forEach((name, value) -> command.add("-Dlatchkey." + name + "=" + value));
        Path jar = Path.of(System.getProperty("basedir", "."), "target/quarkus-app/quarkus-run.jar");
        command.addAll(List.of("-jar", jar.toAbsolutePath().toString()));
        Map<String, String> passwords = Map.of(
                "LATCHKEY_ADMIN_PASSWORD",
                "of-the-admin-of-this-test",
                "LATCHKEY_APPROVER_PASSWORD",
                "of-the-approver-of-this-test",
                "LATCHKEY_DATABASE_PASSWORD",
                database.password().reveal(Purpose.STORE),
                "LATCHKEY_DATABASE_OWNER_PASSWORD",
                database.ownerPassword().reveal(Purpose.STORE));
        return ChildProcess.start(folder, passwords, folder.resolve("broker.log"), command);
    }
}
