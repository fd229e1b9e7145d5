package dev.latchkey.vault.kv2;

import static dev.latchkey.vault.kv2.Kv2VaultIT.assertUnavailable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testkit.CapturedLog;
import dev.latchkey.testkit.CredentialVaultContract;
import dev.latchkey.testkit.FaultyServer;
import dev.latchkey.testkit.PassingTime;
import dev.latchkey.vault.CredentialVault.StaleReads;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the store makes of answers that no real server would give, or gives only on a bad day. */
@Timeout(180)
class Kv2VaultTest {

    private static final String JSON = "Content-Type: application/json\r\nConnection: close\r\n";
    private static final String LOGIN =
            "{\"renewable\":false,\"auth\":{\"client_token\":\"s.tokentokentokentoken\",\"policies\":[],"
                    + "\"lease_duration\":3600,\"renewable\":true}}";
    /** {"cluster":"c1","value":"41"}. */
    private static final String NUMBERED = "eyJjbHVzdGVyIjoiYzEiLCJ2YWx1ZSI6IjQxIn0=";

    private static final VaultPath PATH = CredentialVaultContract.newPath();

    @TempDir
    Path folder;

    @ParameterizedTest
    @DisplayName("R21 an answer that says nothing sensible is a store that cannot be used, not an empty one")
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"data\":null}",
                "{\"data\":{\"data\":null,\"metadata\":{\"version\":1}}}",
                "{\"data\":{\"data\":{\"a\":\"b\"}}}",
                "{\"data\":{\"data\":{\"a\":\"b\"},\"metadata\":{\"version\":0}}}",
                "{\"data\":{\"data\":{\"a\":\"\"},\"metadata\":{\"version\":1}}}",
                "{\"data\":{\"data\":{\"a\":{\"b\":\"c\"}},\"metadata\":{\"version\":1}}}",
                "<html>"
            })
    void refusesNonsense(String body) throws Exception {
        try (FaultyServer server = answering(FaultyServer.response(200, JSON, body))) {
            assertUnavailable(() -> vault(server, "60s").read(PATH));
            assertThat(server.requests().getLast()).startsWith("GET /v1/latchkey/data/" + PATH.value());
        }
    }

    @ParameterizedTest
    @DisplayName("R21 every status that is no answer to a read is a store that cannot be used")
    @ValueSource(ints = {204, 301, 307, 400, 403, 412, 429, 472, 473, 500, 501, 502, 503})
    void refusesOtherStatuses(int status) throws Exception {
        String headers = JSON + "Location: http://127.0.0.1:9/stolen\r\n";
        try (FaultyServer server = answering(FaultyServer.response(status, headers, "{\"errors\":[]}"))) {
            Kv2Vault vault = vault(server, "60s");

            assertUnavailable(() -> vault.read(PATH));
            assertUnavailable(() -> vault.write(PATH, CredentialVaultContract.fields("value"), 0));
            assertThat(server.requests()).anyMatch(request -> request.startsWith("POST /v1/latchkey/data/"));
        }
    }

    @Test
    @DisplayName("an answer of more than 1 MiB is given up")
    void boundsAnswers() throws Exception {
        String value = "x".repeat(BoundedAnswer.MAX_BYTES);
        String body = "{\"data\":{\"data\":{\"a\":\"" + value + "\"},\"metadata\":{\"version\":1}}}";
        try (FaultyServer server = answering(FaultyServer.response(200, JSON, body))) {
            assertUnavailable(() -> vault(server, "60s").read(PATH));
        }
    }

    @Test
    @DisplayName("R21 a server that is not there is a store that cannot be used")
    void isUnavailableWithoutServer() throws Exception {
        FaultyServer gone = answering("");
        gone.close();

        assertUnavailable(() -> vault(gone, "2s").read(PATH));
        assertUnavailable(vault(gone, "2s")::checkUsable);
    }

    @Test
    @Timeout(60)
    @DisplayName("R35 an answer that begins and never ends costs the timeout and no more")
    void boundsTime() throws Exception {
        try (FaultyServer server = FaultyServer.start(connection -> {
            if (connection.readRequest().contains("/login")) {
                connection.write(FaultyServer.response(200, JSON, LOGIN));
                return;
            }
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{");
            connection.awaitClose();
        })) {
            assertUnavailable(() -> vault(server, "PT0.5S").read(PATH));
        }
    }

    @Test
    @DisplayName("R36 R51 a token that has lived its life by the length of time is replaced, whatever any clock says")
    void replacesAnEndedToken() throws Exception {
        PassingTime time = new PassingTime();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (FaultyServer server = answering(FaultyServer.response(404, JSON, "{}"))) {
            Kv2Vault vault = Kv2Fixture.vault(keys(server, "60s"), time, meters);
            assertThat(vault.read(PATH)).isEmpty();
            time.pass(Duration.ofMinutes(39));
            assertThat(vault.read(PATH)).isEmpty();
            assertThat(Kv2Fixture.logins(meters, "accepted")).isEqualTo(1);

            time.pass(Duration.ofMinutes(21));
            assertThat(vault.read(PATH)).isEmpty();

            assertThat(Kv2Fixture.logins(meters, "accepted")).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("R37 a refused token is replaced by one login as soon as it is no longer fresh, and not before")
    void replacesARefusedToken() throws Exception {
        PassingTime time = new PassingTime();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        AtomicBoolean revoked = new AtomicBoolean();
        try (FaultyServer server = FaultyServer.start(connection -> {
            boolean login = connection.readRequest().contains("/login");
            revoked.compareAndSet(login, false);
            connection.write(
                    login
                            ? FaultyServer.response(200, JSON, LOGIN)
                            : FaultyServer.response(revoked.get() ? 403 : 404, JSON, "{}"));
        })) {
            Kv2Vault vault = Kv2Fixture.vault(keys(server, "60s"), time, meters);
            assertThat(vault.read(PATH)).isEmpty();
            revoked.set(true);
            assertUnavailable(() -> vault.read(PATH));
            assertThat(Kv2Fixture.logins(meters, "accepted")).isEqualTo(1);

            time.pass(Duration.ofSeconds(5));
            assertThat(vault.read(PATH)).isEmpty();

            assertThat(Kv2Fixture.logins(meters, "accepted")).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("R43 an error of the server that repeats our token is not repeated by us")
    void repeatsNothing() throws Exception {
        String echo = "{\"errors\":[\"bad token s.tokentokentokentoken\"]}";
        try (FaultyServer server = answering(FaultyServer.response(500, JSON, echo));
                CapturedLog log = CapturedLog.of("", "dev.latchkey", "io.github.jopenlibs")) {
            Kv2Vault vault = vault(server, "60s");
            assertThatThrownBy(() -> vault.read(PATH))
                    .hasMessageNotContaining("tokentoken")
                    .hasNoCause();
            assertThat(log.text()).contains("could not read").doesNotContain("tokentoken");
        }
    }

    @Test
    @DisplayName("R32 the refusal of a check-and-set is a conflict; other mistakes are not")
    void knowsConflicts() throws Exception {
        String conflict = "{\"errors\":[\"check-and-set parameter did not match the current version\"]}";
        try (FaultyServer server = answering(FaultyServer.response(400, JSON, conflict))) {
            assertThatThrownBy(() -> vault(server, "60s").write(PATH, CredentialVaultContract.fields("value"), 0))
                    .isInstanceOf(VersionConflictException.class);
        }
        try (FaultyServer server = answering(FaultyServer.response(400, JSON, "{\"errors\":[\"nonsense\"]}"))) {
            assertUnavailable(() -> vault(server, "60s").write(PATH, CredentialVaultContract.fields("value"), 0));
        }
    }

    @ParameterizedTest
    @DisplayName("R31 what a server says about its standbys is believed, and what it does not say is not known")
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"ha_enabled\":false}; 403; {}; NEVER",
                "{\"ha_enabled\":true}; 200; {\"data\":{\"disable_standby_reads\":true}}; NEVER",
                "{\"ha_enabled\":true}; 200; {\"data\":{\"disable_standby_reads\":false}}; POSSIBLE",
                "{\"ha_enabled\":true}; 200; {\"data\":{}}; NOT_KNOWN",
                "{\"ha_enabled\":true}; 403; {}; NOT_KNOWN",
                "{}; 500; {}; NOT_KNOWN"
            })
    void knowsOfStandbys(String leader, int status, String settings, StaleReads expected) throws Exception {
        try (FaultyServer server = FaultyServer.start(connection -> {
            String request = connection.readRequest();
            boolean login = request.contains("/login");
            boolean asked = request.contains("sys/leader");
            connection.write(
                    login || asked
                            ? FaultyServer.response(200, JSON, login ? LOGIN : leader)
                            : FaultyServer.response(status, JSON, settings));
        })) {
            assertThat(vault(server, "60s").staleReads()).isEqualTo(expected);
        }
        FaultyServer gone = answering("");
        gone.close();
        assertThat(vault(gone, "60s").staleReads()).isEqualTo(StaleReads.NOT_KNOWN);
    }

    @Test
    @DisplayName(
            "R31 once the server has shown how it writes an index, every request names one that only the active node has")
    void asksTheActiveNode() throws Exception {
        try (FaultyServer server = cluster(200, NUMBERED)) {
            Kv2Vault vault = vault(server, "60s");
            assertUnavailable(() -> vault.read(PATH));
            assertUnavailable(() -> vault.write(PATH, CredentialVaultContract.fields("value"), 0));

            assertThat(server.requests().getFirst()).doesNotContain(ActiveNode.INDEX);
            assertThat(server.requests().subList(1, server.requests().size()))
                    .hasSizeGreaterThan(3)
                    .allSatisfy(request -> assertThat(request)
                            .contains("X-Vault-Index: " + index("c1", "18446744073709551615"))
                            .contains("X-Vault-Inconsistent: forward-active-node"));
            assertThat(vault.staleReads()).isEqualTo(StaleReads.NEVER);
        }
    }

    @ParameterizedTest
    @DisplayName("R31 an index of another form, or one that the server does not take, is not named")
    @CsvSource({
        "200, e30=", // {}
        "200, eyJjbHVzdGVyIjoiYzEiLCJ2YWx1ZSI6IjAvMTZCMzc0OCJ9", // 0/16B3748
        "200, v1:c1:1:2:3",
        "400, " + NUMBERED
    })
    void leavesRequestsAlone(int status, String index) throws Exception {
        try (FaultyServer server = cluster(status, index)) {
            assertUnavailable(() -> vault(server, "60s").read(PATH));

            assertThat(server.requests().getLast())
                    .startsWith("GET /v1/latchkey/data/")
                    .doesNotContain(ActiveNode.INDEX);
        }
    }

    /** Answers with an index, and with the status where one is named. */
    private static FaultyServer cluster(int status, String index) throws Exception {
        return FaultyServer.start(connection -> {
            String request = connection.readRequest();
            String headers = JSON + "X-Vault-Index: " + index + "\r\n";
            connection.write(FaultyServer.response(
                    request.contains(ActiveNode.INDEX) && request.contains("/sys/internal/") ? status : 200,
                    headers,
                    request.contains("/login") ? LOGIN : "{}"));
        });
    }

    private static String index(String cluster, String value) {
        String text = "{\"cluster\":\"" + cluster + "\",\"value\":\"" + value + "\"}";
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @DisplayName("R40 what is no name of ours never becomes a path")
    @ValueSource(
            strings = {
                "../x",
                "a/b",
                "%2e%2e",
                "+",
                "*",
                "",
                "-a",
                "A",
                "a b",
                "ä",
                "a\u0000",
                "a\n",
                "a?version=1",
                "a#"
            })
    void refusesInjection(String id) {
        assertThatThrownBy(() -> VaultPath.partner(id)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> VaultPath.partner("x".repeat(1024))).isInstanceOf(IllegalArgumentException.class);
    }

    private static FaultyServer answering(String response) throws Exception {
        return FaultyServer.start(connection -> {
            boolean login = connection.readRequest().contains("/login");
            connection.write(login ? FaultyServer.response(200, JSON, LOGIN) : response);
        });
    }

    private Kv2Vault vault(FaultyServer server, String timeout) {
        return Kv2Fixture.vault(keys(server, timeout));
    }

    private Map<String, String> keys(FaultyServer server, String timeout) {
        return new HashMap<>(Map.of(
                "address",
                "http://127.0.0.1:" + server.port(),
                "role-id",
                "role",
                "secret-id-wrapped",
                "false",
                "secret-id-file",
                Kv2Fixture.secretFile(folder, "bare-secret-id").toString(),
                "timeout",
                timeout));
    }
}
