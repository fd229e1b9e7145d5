package dev.latchkey.topology;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.testkit.ChildProcess;
import dev.latchkey.testkit.OpenBaoServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jobs beside OpenBao, {@code deploy/openbao/bring-up} and {@code deliver}, without the rest of the topology. */
@Timeout(600)
class OpenBaoJobsIT {

    private static final List<String> BROKERS = List.of("broker-1", "broker-2", "broker-3");
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String SECRET_IDS = "auth/approle/role/latchkey-broker/secret-id";

    @TempDir
    Path work;

    private DeployFolder deploy;
    private OpenBaoJobs jobs;
    private OpenBaoServer openBao;
    private ChildProcess server;

    @BeforeEach
    void start() throws IOException {
        deploy = DeployFolder.moveTo(work);
        jobs = new OpenBaoJobs(deploy, work);
        openBao = OpenBaoServer.attach(URI.create("http://127.0.0.1:" + deploy.port(8200)), "", "");
        startServer();
    }

    private void startServer() {
        server = ChildProcess.start(work, jobs.environment(), work.resolve("openbao.log"), List.of(jobs.server()));
    }

    @AfterEach
    void end() {
        server.close();
    }

    @Test
    @DisplayName(
            "R39 a SecretID that nobody opened is destroyed when the next is laid down; one that a broker has is not")
    void keepsTheNumberOfSecretIdsBounded() throws IOException {
        bringUp();
        assertThat(secretIds()).hasSize(3);

        for (int round = 0; round < 3; round++) {
            makeOld();
            run("deliver", "--once");
            assertThat(secretIds()).as("after round " + round).hasSize(3);
        }
        String first = startOf("broker-1");
        makeOld();
        run("deliver", "--once");

        assertThat(secretIds()).hasSize(4);
        assertThat(logIn(first)).isEqualTo(200);

        String second = startOf("broker-1");
        assertThat(run("deliver", "--once")).doesNotContain("opened");

        assertThat(secretIds()).as("those of former starts").hasSize(4);
        assertThat(logIn(first)).isEqualTo(400);
        assertThat(logIn(second)).isEqualTo(200);
        assertThat(BROKERS)
                .allSatisfy(broker -> assertThat(logIn(open(delivered(broker)))).isEqualTo(200));
    }

    @Test
    @DisplayName("R39 a SecretID that somebody else opened is told and destroyed; those of brokers are left alone")
    void tellsOfAnotherWhoOpened() throws IOException {
        bringUp();
        String running = startOf("broker-1");
        run("deliver", "--once");
        String stolen = open(delivered("broker-1"));
        assertThat(logIn(stolen)).isEqualTo(200);

        String said = run("deliver", "--once");

        assertThat(said)
                .contains("the SecretID for broker-1 was opened by somebody else")
                .doesNotContain("SecretID for broker-2", "still there");
        assertThat(logIn(stolen)).isEqualTo(400);
        assertThat(logIn(running)).isEqualTo(200);
        assertThat(run("deliver", "--once")).isEmpty();
        assertThat(logIn(open(delivered("broker-1")))).isEqualTo(200);
    }

    @Test
    @DisplayName(
            "R39 a broker that was taken over has nothing copied or overwritten through what it lays in its folder")
    void followsNothing() throws IOException {
        bringUp();
        Path login = deploy.folder("login/broker-1");
        String token = Files.readString(delivererToken());
        String others = Files.readString(delivered("broker-2"));
        Files.delete(delivered("broker-1"));
        Files.createSymbolicLink(delivered("broker-1"), delivererToken());
        Files.createSymbolicLink(login.resolve("secret-id.new"), delivered("broker-2"));
        Files.createSymbolicLink(login.resolve("delivery"), delivererToken());

        assertThat(run("deliver", "--once")).doesNotContain("opened");

        assertThat(Files.readString(delivererToken())).isEqualTo(token);
        assertThat(Files.readString(delivered("broker-2"))).isEqualTo(others);
        assertThat(delivered("broker-1")).isRegularFile().content().isNotEqualTo(token);
        assertThat(Files.isSymbolicLink(delivered("broker-1"))).isFalse();
        assertThat(logIn(open(delivered("broker-1")))).isEqualTo(200);

        Files.delete(delivered("broker-1"));
        Files.createDirectory(delivered("broker-1"));
        int before = secretIds().size();
        assertThat(runInVain("deliver", "--once")).contains("is a folder");
        assertThat(secretIds()).as("none is made that cannot be laid down").hasSize(before);
    }

    @Test
    @DisplayName("R39 a deliver that was killed goes on: what must not live is destroyed, what a broker uses is not")
    void recoversFromItsDeathWhileDelivering() throws IOException {
        bringUp();
        String former = startOf("broker-1");
        run("deliver", "--once");
        List<String> names = List.of(Files.readString(living()).split(" "));
        assertThat(names).hasSize(2);
        // killed before it noted the second one, which the broker takes
        Files.writeString(living(), names.getFirst());
        Files.writeString(deploy.folder("openbao-deliveries/broker-1.pending"), names.getLast());
        String used = startOf("broker-1");

        run("deliver", "--once");

        assertThat(logIn(used)).isEqualTo(200);
        assertThat(logIn(former)).as("nobody can tell which one is in use").isEqualTo(200);

        String next = startOf("broker-1");
        run("deliver", "--once");
        assertThat(logIn(next)).isEqualTo(200);
        assertThat(logIn(used)).isEqualTo(400);
        assertThat(logIn(former)).isEqualTo(400);

        // killed before it destroyed what may not live
        Files.writeString(living(), "none");
        Files.writeString(deploy.folder("openbao-deliveries/broker-1.untidy"), "");
        run("deliver", "--once");
        assertThat(logIn(next)).isEqualTo(400);
    }

    private Path living() {
        return deploy.folder("openbao-deliveries/broker-1.living");
    }

    @Test
    @DisplayName("R39 a server that is sealed is no alarm, and one that is open again finds everything as it was")
    void waitsForASealedServer() throws IOException {
        bringUp();
        server.close();
        startServer();

        assertThat(runInVain("deliver", "--once")).doesNotContain("opened");

        assertThat(bringUp()).doesNotContain("a SecretID for", "opened");
        assertThat(secretIds()).hasSize(3);
    }

    @Test
    @DisplayName(
            "after a standstill that the deliverer's token did not outlive, bring-up makes another and leaves no root token")
    void recoversAfterLongStandstill() throws IOException {
        bringUp();
        String first = startOf("broker-1");
        // to the server, one that has ended is one that never was
        Files.writeString(delivererToken(), "s.ended");
        server.close();
        startServer();

        String said = bringUp();

        assertThat(said).contains("unsealed", "the deliverer's token has ended", "the root token is revoked");
        assertThat(deploy.folder("openbao-keys/root-token")).doesNotExist();
        assertThat(secretIds()).hasSize(4);
        assertThat(logIn(first)).isEqualTo(200);
        assertThat(logIn(open(delivered("broker-1")))).isEqualTo(200);
        assertThat(bringUp()).doesNotContain("has ended");
    }

    @Test
    @DisplayName("a bring-up that was killed after it had revoked the root token goes on")
    void recoversFromItsOwnDeath() throws IOException {
        bringUp();
        Files.writeString(deploy.folder("openbao-keys/root-token"), "s.revoked");

        bringUp();

        assertThat(deploy.folder("openbao-keys/root-token")).doesNotExist();
        assertThat(secretIds()).hasSize(3);
    }

    /** As five minutes later. */
    private void makeOld() throws IOException {
        for (String broker : BROKERS) {
            if (Files.exists(delivered(broker))) {
                Files.setLastModifiedTime(
                        delivered(broker), FileTime.from(Instant.now().minusSeconds(301)));
            }
        }
    }

    /** What a broker does; its SecretID. */
    private String startOf(String broker) throws IOException {
        String secretId = open(delivered(broker));
        Files.delete(delivered(broker));
        return secretId;
    }

    private Path delivered(String broker) {
        return deploy.folder("login/" + broker + "/secret-id");
    }

    private String open(Path delivered) throws IOException {
        return openBao.call("POST", "sys/wrapping/unwrap", Files.readString(delivered), Map.of())
                .body()
                .path("data")
                .path("secret_id")
                .asText();
    }

    private int logIn(String secretId) {
        Map<String, String> login = Map.of("role_id", "latchkey-broker", "secret_id", secretId);
        return openBao.call("POST", "auth/approle/login", "", login).status();
    }

    private JsonNode secretIds() throws IOException {
        return openBao.call("LIST", SECRET_IDS, Files.readString(delivererToken()), Map.of())
                .body()
                .path("data")
                .path("keys");
    }

    private Path delivererToken() {
        return deploy.folder("openbao-deliverer/token");
    }

    /** What both jobs say that make the server ready for brokers. */
    private String bringUp() throws IOException {
        return run("bring-up") + run("deliver", "--once");
    }

    private String run(String job, String... arguments) throws IOException {
        return run(0, job, arguments);
    }

    private String runInVain(String job, String... arguments) throws IOException {
        return run(1, job, arguments);
    }

    private String run(int status, String job, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(jobs.job(job)));
        command.addAll(List.of(arguments));
        Path log = work.resolve(job + "-" + System.nanoTime() + ".log");
        try (ChildProcess running = ChildProcess.start(work, jobs.environment(), log, command)) {
            assertThat(running.awaitEnd(PATIENCE)).as(running::tail).isEqualTo(status);
        }
        return Files.readString(log);
    }
}
