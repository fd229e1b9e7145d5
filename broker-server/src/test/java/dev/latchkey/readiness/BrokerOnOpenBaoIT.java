package dev.latchkey.readiness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.CapturedLog;
import dev.latchkey.testkit.OpenBaoServer;
import dev.latchkey.testkit.OpenBaoStack;
import dev.latchkey.testkit.Story;
import dev.latchkey.testkit.TestHttp;
import dev.latchkey.vault.kv2.SecretIdIntercepted;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole broker with its secrets in a real OpenBao. Partners' tokens live so shortly that each hand-out renews. */
@QuarkusTest
@TestProfile(OpenBaoStack.class)
@Timeout(300)
class BrokerOnOpenBaoIT {

    @Inject
    DataSource database;

    @Inject
    StoreComparison comparison;

    @Inject
    MeterRegistry meters;

    @Inject
    Event<SecretIdIntercepted> interceptions;

    private final OpenBaoServer server = OpenBaoStack.server();

    @Test
    @DisplayName("R13 R41 after renewals one path holds the credential, in two versions; after the end nothing does")
    void keepsOneCopy() {
        Story story = shortLived();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.token(app, connection).expect(200);
        story.token(app, connection).expect(200);
        story.token(app, connection).expect(200);

        assertThat(versions(connection)).hasSize(2);
        assertThat(pathsOf(connection)).containsExactly("connections/" + connection);
        assertThat(new BrokerTables(database).tablesHolding(connection)).doesNotContain("local_vault");
        String last = story.control()
                .requests(story.sandboxName(), "refresh")
                .getLast()
                .formValue("refresh_token")
                .orElseThrow();
        assertThat(new BrokerTables(database).tablesHolding(last)).isEmpty();

        story.approver().post("/connections/" + connection + "/revoke").expect(200);
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> pathsOf(connection).isEmpty());
    }

    @Test
    @DisplayName("R21 R30 sealed: 503 with Retry-After and nothing is spent; unsealed: all is well without a restart")
    void survivesSealing() {
        Story story = shortLived();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.token(app, connection).expect(200);
        long spent = story.refreshes();

        server.seal();
        try (TestHttp http = new TestHttp()) {
            for (int i = 0; i < 3; i++) {
                Answer refused = story.token(app, connection).expect(503);
                assertThat(refused.code()).isEqualTo("vault_unavailable");
                assertThat(refused.header("Retry-After")).isNotEmpty();
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> http.get(BrokerStack.broker().resolve("/q/health/ready"))
                                    .statusCode()
                            == 503);
            assertThat(story.refreshes()).isEqualTo(spent);
        } finally {
            server.unseal();
        }

        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> story.token(app, connection).status() == 200);
        assertThat(story.status(connection)).isEqualTo("active");
    }

    @Test
    @DisplayName("R42 a store restored from an older snapshot is noticed, reported, and no older refresh token is sent")
    void noticesOlderSnapshot() throws Exception {
        Story story = shortLived();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.token(app, connection).expect(200);
        byte[] snapshot = server.snapshot();
        story.token(app, connection).expect(200);
        long spent = story.refreshes();

        server.restore(snapshot);

        assertThat(story.token(app, connection).expect(503).code()).isEqualTo("vault_unavailable");
        assertThat(story.refreshes()).isEqualTo(spent);
        assertThat(comparison.compare().behind()).contains(UUID.fromString(connection));
    }

    @Test
    @DisplayName("R53 a database restored from an older dump is noticed, reported, and the store's newer token is used")
    void trustsTheNewerStore() throws Exception {
        Story story = shortLived();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.token(app, connection).expect(200);
        try (Connection sql = database.getConnection();
                PreparedStatement older =
                        sql.prepareStatement("update connection set kv_version = 1 where id = ?::uuid")) {
            older.setString(1, connection);
            older.executeUpdate();
        }

        assertThat(comparison.compare().ahead()).contains(UUID.fromString(connection));
        story.token(app, connection).expect(200);
        List<String> sent = story.control().requests(story.sandboxName(), "refresh").stream()
                .map(request -> request.formValue("refresh_token").orElseThrow())
                .toList();
        assertThat(sent).doesNotHaveDuplicates();
        assertThat(comparison.compare().ahead()).doesNotContain(UUID.fromString(connection));
    }

    @Test
    @DisplayName("R37 R43 the broker's token is revoked: its next request logs in again, and no log shows a token")
    void survivesRevocation() throws Exception {
        Story story = shortLived();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        try (CapturedLog log = CapturedLog.of("dev.latchkey", "io.github.jopenlibs")) {
            double before = logins();
            assertThat(server.root("POST", "sys/leases/revoke-prefix/auth/approle/login", Map.of())
                            .status())
                    .isEqualTo(204);

            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> story.token(app, connection).status() == 200);
            assertThat(logins()).isEqualTo(before + 1);
            assertThat(log.text()).doesNotContainPattern("\\b[sb]\\.[A-Za-z0-9]{20,}");
        }
    }

    @Test
    @DisplayName("R39 an intercepted SecretID is in the audit log")
    void auditsAnInterception() {
        interceptions.fire(new SecretIdIntercepted("role-of-this-test"));

        assertThat(new Story()
                        .admin()
                        .get("/audit?action=secret_id_intercepted")
                        .expect(200)
                        .json()
                        .path("items")
                        .findValuesAsText("role"))
                .contains("role-of-this-test");
    }

    private double logins() {
        return meters.counter("latchkey.vault.logins", "outcome", "accepted").count();
    }

    private Story shortLived() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20, "rotation", "strict"));
        return story;
    }

    private List<String> versions(String connection) {
        List<String> versions = new ArrayList<>();
        server.root("GET", "latchkey/metadata/connections/" + connection, Map.of())
                .body()
                .path("data")
                .path("versions")
                .fieldNames()
                .forEachRemaining(versions::add);
        return versions;
    }

    private List<String> pathsOf(String connection) {
        List<String> paths = new ArrayList<>();
        for (String folder : List.of("connections", "staged", "handshakes", "revocations")) {
            server.root("LIST", "latchkey/metadata/" + folder, Map.of())
                    .body()
                    .path("data")
                    .path("keys")
                    .forEach(key -> paths.add(folder + "/" + key.asText()));
        }
        return paths.stream().filter(path -> path.endsWith(connection)).toList();
    }
}
