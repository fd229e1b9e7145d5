package dev.latchkey.readiness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.testkit.BrokerClient;
import dev.latchkey.testkit.BrokerClient.Answer;
import dev.latchkey.testkit.TestDatabase;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class HealthTest {

    @TestHTTPResource("/")
    URI server;

    @Test
    @DisplayName("R164 says up or down by name, and nothing else")
    void saysUpOrDown() {
        Answer ready = BrokerClient.at(server).get("/q/health/ready");

        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.json().path("checks").findValuesAsText("name"))
                .containsExactlyInAnyOrder("database", "vault", "Graceful Shutdown");
        assertThat(ready.body()).doesNotContain("data\":", "jdbc", "postgres");
        assertThat(BrokerClient.at(server).get("/q/health/live").status()).isEqualTo(200);
        assertThat(BrokerClient.at(server).get("/q/health/started").status()).isEqualTo(200);
    }

    @Test
    void isDownWithoutTheSecretStore() {
        HealthCheckResponse response = new VaultHealth(new BrokenVault()).call();

        assertThat(response.getStatus()).isEqualTo(HealthCheckResponse.Status.DOWN);
        assertThat(response.getData()).isEmpty();
    }

    private static final class BrokenVault implements CredentialVault {

        @Override
        public Optional<StoredRecord> read(VaultPath path) {
            throw broken();
        }

        @Override
        public int write(VaultPath path, SecretFields fields, int expectedVersion) {
            throw broken();
        }

        @Override
        public void destroy(VaultPath path) {
            throw broken();
        }

        @Override
        public void checkUsable() {
            throw broken();
        }

        private static BrokerException broken() {
            return new BrokerException(ProblemType.VAULT_UNAVAILABLE, "It is broken.");
        }
    }
}
