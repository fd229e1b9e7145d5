package dev.latchkey.vault.kv2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.testkit.CapturedLog;
import dev.latchkey.testkit.CredentialVaultContract;
import dev.latchkey.testkit.LossyProxy;
import dev.latchkey.testkit.OpenBaoServer;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The contract of every store, and what only a server of its own can do to us, on a real OpenBao. */
@Timeout(180)
class Kv2VaultIT implements CredentialVaultContract {

    private static final String WRITES = "POST /v1/latchkey/data/";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TOKEN = "\\b(?:hv)?[sb]\\.[A-Za-z0-9_-]{20,}";

    @TempDir
    static Path folder;

    private static OpenBaoServer server;
    private static LossyProxy proxy;
    private static Map<String, String> keys;
    private static Kv2Vault vault;

    @BeforeAll
    static void start() {
        server = OpenBaoServer.start(folder, "");
        server.setUp(Map.of());
        proxy = new LossyProxy(server.address());
        keys = Kv2Fixture.keys(server, proxy.address(), folder);
        vault = Kv2Fixture.vault(keys);
    }

    @AfterAll
    static void stop() {
        if (proxy != null) {
            proxy.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Override
    public CredentialVault vault() {
        return vault;
    }

    @Override
    public List<Integer> readableVersions(VaultPath path) {
        JsonNode versions = server.root("GET", "latchkey/metadata/" + path.value(), Map.of())
                .body()
                .path("data")
                .path("versions");
        List<Integer> readable = new ArrayList<>();
        versions.fieldNames().forEachRemaining(version -> {
            if (server.root("GET", "latchkey/data/" + path.value() + "?version=" + version, Map.of())
                            .status()
                    == 200) {
                readable.add(Integer.valueOf(version));
            }
        });
        return readable.stream().sorted().toList();
    }

    @Override
    public void loseNextAcknowledgement() {
        proxy.loseAnswerTo(WRITES);
    }

    @Test
    @DisplayName("R33 a lost answer is no proof of our own write: another's write of the same content is a conflict")
    void knowsItsOwnWrite() throws VersionConflictException {
        VaultPath path = CredentialVaultContract.newPath();
        vault.write(path, CredentialVaultContract.fields("same"), 0);
        // The same content, put there by somebody else as version 2.
        server.root(
                "POST",
                "latchkey/data/" + path.value(),
                Map.of("options", Map.of("cas", 1), "data", Map.of("refresh_token", "same")));

        loseNextAcknowledgement();
        assertThatThrownBy(() -> vault.write(path, CredentialVaultContract.fields("same"), 1))
                .isInstanceOf(VersionConflictException.class);
        assertThat(vault.read(path)).contains(new StoredRecord(CredentialVaultContract.fields("same"), 2));
    }

    @Test
    @DisplayName("R33 a destruction whose answer was lost is done again")
    void destroysAgain() throws VersionConflictException {
        VaultPath path = CredentialVaultContract.newPath();
        vault.write(path, CredentialVaultContract.fields("value"), 0);

        proxy.loseAnswerTo("DELETE /v1/latchkey/metadata/");
        vault.destroy(path);

        assertThat(readableVersions(path)).isEmpty();
    }

    @Test
    @DisplayName("R41 after ten rotations two versions are readable, after the end not even metadata")
    void leavesNothingBehind() throws VersionConflictException {
        VaultPath path = CredentialVaultContract.newPath();
        for (int version = 0; version < 10; version++) {
            vault.write(path, CredentialVaultContract.fields("rotation-" + version), version);
        }
        assertThat(readableVersions(path)).containsExactly(9, 10);

        vault.destroy(path);

        assertThat(server.root("GET", "latchkey/metadata/" + path.value(), Map.of())
                        .status())
                .isEqualTo(404);
        assertThat(server.root("GET", "latchkey/data/" + path.value() + "?version=10", Map.of())
                        .status())
                .isEqualTo(404);
    }

    @Test
    @DisplayName(
            "R21 R30 a sealed server is vault_unavailable for everything, and after the unsealing all is well again")
    void survivesSealing() throws VersionConflictException {
        VaultPath path = CredentialVaultContract.newPath();
        vault.write(path, CredentialVaultContract.fields("value"), 0);

        server.seal();
        try {
            assertUnavailable(() -> vault.read(path));
            assertUnavailable(() -> vault.write(path, CredentialVaultContract.fields("lost"), 1));
            assertUnavailable(() -> vault.destroy(path));
            assertUnavailable(vault::checkUsable);
        } finally {
            server.unseal();
        }

        vault.checkUsable();
        assertThat(vault.read(path)).contains(new StoredRecord(CredentialVaultContract.fields("value"), 1));
        assertThat(vault.write(path, CredentialVaultContract.fields("next"), 1)).isEqualTo(2);
    }

    @Test
    @DisplayName("R35 a server that takes a request and never answers costs the timeout, and no more")
    void givesUpOnFrozenServer() throws Exception {
        VaultPath path = CredentialVaultContract.newPath();
        vault.write(path, CredentialVaultContract.fields("value"), 0);

        server.process().freeze();
        try {
            assertUnavailable(() -> vault.read(path));
            assertUnavailable(() -> vault.write(path, CredentialVaultContract.fields("next"), 1));
            assertUnavailable(vault::checkUsable);
        } finally {
            server.process().thaw();
        }

        // What was sent may be done when the server wakes: the version tells.
        Awaitility.await().atMost(PATIENCE).until(() -> isWrittenAfterOneOrNone(path));
    }

    @Test
    @DisplayName("R34 a leader that steps down costs refusals for a while, and no write that was acknowledged")
    void survivesStepDown() throws VersionConflictException {
        VaultPath path = CredentialVaultContract.newPath();
        vault.write(path, CredentialVaultContract.fields("acknowledged"), 0);

        server.root("PUT", "sys/step-down", Map.of());
        Awaitility.await().atMost(PATIENCE).until(() -> writesAfter(path, 1));

        assertThat(vault.read(path).orElseThrow().version()).isGreaterThanOrEqualTo(2);
    }

    /** One more write if the store can be used; what it shows is never older than what was acknowledged. */
    private static boolean writesAfter(VaultPath path, int acknowledged) {
        try {
            int now = vault.read(path).orElseThrow().version();
            assertThat(now).isGreaterThanOrEqualTo(acknowledged);
            return vault.write(path, CredentialVaultContract.fields("acknowledged"), now) == now + 1;
        } catch (VersionConflictException e) {
            return false; // a write of before, whose answer was lost, came in between
        } catch (BrokerException e) {
            assertThat(e.type()).isEqualTo(ProblemType.VAULT_UNAVAILABLE);
            assertThat(e.retryAfter()).isPresent();
            return false;
        }
    }

    @Test
    @DisplayName(
            "R43 neither token nor SecretID nor secrets are in any log, exception or text, also when access is refused")
    void keepsItsTokenToItself() throws Exception {
        Map<String, String> own = Kv2Fixture.keys(server, proxy.address(), folder);
        String policy = server.root("GET", "sys/policies/acl/latchkey-broker-runtime", Map.of())
                .body()
                .path("data")
                .path("policy")
                .asText();
        VaultPath path = CredentialVaultContract.newPath();
        try (CapturedLog log = CapturedLog.of("", "dev.latchkey", "io.github.jopenlibs", "jdk.httpclient")) {
            Kv2Vault other = Kv2Fixture.vault(own);
            other.write(path, CredentialVaultContract.fields("canary-in-the-vault"), 0);
            server.root("DELETE", "sys/policies/acl/latchkey-broker-runtime", Map.of());
            assertUnavailable(() -> other.read(path));
            assertUnavailable(other::checkUsable);

            assertThat(log.text())
                    .contains("refuses a token that it has just given out")
                    .doesNotContain("canary-in-the-vault", "X-Vault-Token")
                    .doesNotContainPattern(TOKEN);
            assertThat(other.toString()).doesNotContainPattern(TOKEN);
        } finally {
            server.root("PUT", "sys/policies/acl/latchkey-broker-runtime", Map.of("policy", policy));
        }
    }

    static void assertUnavailable(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.type()).isEqualTo(ProblemType.VAULT_UNAVAILABLE));
    }

    private static boolean isWrittenAfterOneOrNone(VaultPath path) {
        try {
            int now = vault.read(path).orElseThrow().version();
            assertThat(now).isBetween(1, 2);
            vault.write(path, CredentialVaultContract.fields("after"), now);
            return true;
        } catch (VersionConflictException | BrokerException e) {
            return false;
        }
    }
}
