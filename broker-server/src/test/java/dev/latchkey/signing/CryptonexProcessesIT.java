package dev.latchkey.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.boot.DatabaseAccess;
import dev.latchkey.sandbox.Sandbox;
import dev.latchkey.sandbox.SandboxConfig;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.secret.Purpose;
import dev.latchkey.signing.KeyStory.Granted;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerProcess;
import dev.latchkey.testkit.TestDatabase;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three packaged brokers on one PostgreSQL send with one Cryptonex key, while two of them are killed and started
 * again. The third is never killed, so that somebody is always there.
 */
class CryptonexProcessesIT {

    private static final int CALLERS = 200;
    private static final int KILLS = 20;
    private static final int ENOUGH = 300;
    private static final String CALL =
            "{\"jsonrpc\":\"2.0\",\"method\":\"transaction.list\",\"params\":{\"max_count\":1},\"id\":1}";

    @TempDir
    Path shared;

    private final List<BrokerProcess> processes = new ArrayList<>();
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();

    @Test
    @DisplayName(
            "R114 R115 200 callers, 3 processes, one key, 20 kills: the partner sees growing nonces only, no reject")
    void killedTwentyTimes() throws InterruptedException {
        try (Sandbox sandbox = Sandbox.start(SandboxConfig.defaults())) {
            start();
            BrokerProcess first = processes.getFirst();
            KeyStory story = new KeyStory(
                            "cryptonex",
                            first.baseUri(),
                            BrokerApi.authorized(first.baseUri(), first.admin()),
                            BrokerApi.authorized(first.baseUri(), first.approver()),
                            sandbox.baseUri(),
                            "/cryptonex/api")
                    .registered();
            story.control()
                    .fault(FaultOrder.at("cryptonex").endpoint("api").forever().arrivalJitter(Duration.ofMillis(20)));
            Granted granted = story.granted("transaction.list");

            List<Thread> callers = IntStream.range(0, CALLERS)
                    .mapToObj(i -> Thread.startVirtualThread(() -> callAgainAndAgain(granted, i)))
                    .toList();
            killAndStartAgain();
            over.set(true);
            for (Thread caller : callers) {
                caller.join();
            }

            assertThat(taken).hasValueGreaterThan(ENOUGH);
            assertThat(story.control().counters().at("/partners/cryptonex/rejections"))
                    .as("what the partner refused")
                    .isEmpty();
        } finally {
            processes.forEach(BrokerProcess::close);
        }
    }

    private void start() {
        DatabaseAccess database = TestDatabase.fresh();
        Map<String, String> environment = Map.of(
                "LATCHKEY_DATABASE_URL", database.url(),
                "LATCHKEY_DATABASE_USERNAME", database.username(),
                "LATCHKEY_DATABASE_PASSWORD", database.password().reveal(Purpose.STORE),
                "LATCHKEY_DATABASE_OWNER_USERNAME", database.ownerUsername(),
                "LATCHKEY_DATABASE_OWNER_PASSWORD", database.ownerPassword().reveal(Purpose.STORE),
                "LATCHKEY_ADMIN_PASSWORD", UUID.randomUUID().toString(),
                "LATCHKEY_APPROVER_PASSWORD", UUID.randomUUID().toString());
        Map<String, String> properties = Map.of(
                "latchkey.vault.keyset", shared.resolve("keyset.json").toString(),
                "latchkey.outbound.deadline", "PT4S",
                "latchkey.nonces.patience", "PT20S");
        for (int i = 0; i < 3; i++) {
            processes.add(BrokerProcess.start(properties, environment));
        }
    }

    /** Two at the same time, each again and again as soon as it is back and calls have been taken since. */
    private void killAndStartAgain() {
        AtomicInteger next = new AtomicInteger(1);
        AtOnce.run(2, () -> {
            BrokerProcess victim = processes.get(next.getAndIncrement());
            for (int kill = 0; kill < KILLS / 2; kill++) {
                int before = taken.get();
                victim.kill9();
                victim.startAgain();
                await().atMost(Duration.ofSeconds(120)).until(() -> taken.get() > before);
            }
            return true;
        });
    }

    private void callAgainAndAgain(Granted granted, int caller) {
        for (int i = caller; !over.get(); i++) {
            BrokerProcess process = processes.get(i % processes.size());
            try {
                Answer answer = granted.at(process.baseUri()).proxy("", CALL, "application/json");
                if (answer.status() == 200 && answer.json().has("result")) {
                    taken.incrementAndGet();
                }
            } catch (UncheckedIOException killed) {
                // its turn comes again
            }
        }
    }
}
