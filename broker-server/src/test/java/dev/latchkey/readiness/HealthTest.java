package dev.latchkey.readiness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.testkit.BrokerClient;
import dev.latchkey.testkit.BrokerClient.Answer;
import dev.latchkey.testkit.PassingTime;
import dev.latchkey.testkit.TestDatabase;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
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

    @Test
    @DisplayName("R30 many who ask at once cause one look at the secret store, and the next one comes 2 s later")
    void looksOnceForAllWhoAsk() throws InterruptedException {
        AtomicInteger looks = new AtomicInteger();
        AtomicBoolean usable = new AtomicBoolean(true);
        PassingTime time = new PassingTime();
        VaultHealth health = new VaultHealth(
                new BrokenVault() {
                    @Override
                    public void checkUsable() {
                        looks.incrementAndGet();
                        if (!usable.get()) {
                            super.checkUsable();
                        }
                    }
                },
                time);

        assertThat(fiftyAsk(health)).containsOnly(HealthCheckResponse.Status.UP);
        assertThat(looks).hasValue(1);

        usable.set(false);
        time.pass(VaultHealth.GOOD_FOR.minusNanos(1));
        assertThat(health.call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
        time.pass(Duration.ofNanos(1));
        assertThat(fiftyAsk(health)).containsOnly(HealthCheckResponse.Status.DOWN);
        assertThat(looks).hasValue(2);

        usable.set(true);
        time.pass(VaultHealth.GOOD_FOR);
        assertThat(health.call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
    }

    private static List<HealthCheckResponse.Status> fiftyAsk(VaultHealth health) throws InterruptedException {
        List<HealthCheckResponse.Status> said = new CopyOnWriteArrayList<>();
        List<Thread> askers = IntStream.range(0, 50)
                .mapToObj(number -> new Thread(() -> said.add(health.call().getStatus())))
                .toList();
        askers.forEach(Thread::start);
        for (Thread asker : askers) {
            asker.join();
        }
        assertThat(said).hasSize(50);
        return said;
    }

    private static class BrokenVault implements CredentialVault {

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
