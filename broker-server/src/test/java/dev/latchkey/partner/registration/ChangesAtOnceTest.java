package dev.latchkey.partner.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.partner.registration.AdminApi.Answer;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.TestDatabase;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.VaultPath;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * A change of a registration or of an app holds a connection to the database while it uses the secret store, which is in
 * the database as well. Many of them at once must not wait for each other.
 */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(ChangesAtOnceTest.SmallPool.class)
class ChangesAtOnceTest {

    private static final int CALLERS = 40;
    private static final int POOL = 5;
    /** How many changes use the local store at once. */
    private static final int TURNS = 4;

    private final AdminApi admin = new AdminApi("admin");

    @Inject
    CredentialVault vault;

    @Inject
    PartnerTables tables;

    /** Far fewer connections than callers. */
    public static final class SmallPool implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> keys = new HashMap<>(new PartnerTestProfile().getConfigOverrides());
            keys.put("latchkey.database.pool-size", Integer.toString(POOL));
            // so many callers need more than the usual 4 s on a slow machine; who waits for each other never ends
            keys.put("latchkey.database.pool-wait", "PT60S");
            return keys;
        }
    }

    /** The first call checks a password, which is slow on purpose. */
    @BeforeEach
    void logIn() {
        assertThat(admin.get("/partners").status()).isEqualTo(200);
    }

    @Test
    @DisplayName(
            "R46 many changes of one registration are each done or a conflict, and the last one done is what is there")
    void changesOneRegistration() {
        String id = freshId();
        admin.post("/partners", registration(id, "first"));
        AtomicInteger number = new AtomicInteger();

        List<Answer> answers = AtOnce.run(
                CALLERS, () -> admin.put("/partners/" + id, registration("", "s" + number.incrementAndGet())));

        assertThat(answers).extracting(Answer::status).containsOnly(200, 409);
        assertThat(answers)
                .filteredOn(answer -> answer.status() == 409)
                .extracting(Answer::code)
                .containsOnly("conflict");
        assertThat(tables.audit(id))
                .filteredOn(row -> row.startsWith("partner_changed"))
                .hasSize((int) answers.stream()
                        .filter(answer -> answer.status() == 200)
                        .count());
        String mark = mark(admin.get("/partners/" + id));
        assertThat(answers)
                .filteredOn(answer -> answer.status() == 200)
                .extracting(ChangesAtOnceTest::mark)
                .contains(mark);
        String kept = secret(id);
        assertThat(mark(admin.post("/partners", registration(freshId(), kept)))).isEqualTo(mark);
    }

    @Test
    @DisplayName("R46 many registrations are made, changed and removed at once")
    void changesManyRegistrations() {
        List<List<Integer>> statuses = AtOnce.run(CALLERS, () -> {
            String id = freshId();
            return List.of(
                    admin.post("/partners", registration(id, "s1")).status(),
                    admin.put("/partners/" + id, registration("", "s2")).status(),
                    admin.delete("/partners/" + id).status());
        });

        assertThat(statuses).containsOnly(List.of(201, 200, 204));
    }

    @Test
    @DisplayName("R46 one registration is made by one of many, and removed by one of many")
    void makesOneRegistration() {
        String id = freshId();

        List<Answer> made = AtOnce.run(CALLERS, () -> admin.post("/partners", registration(id, "s1")));
        List<Answer> removed = AtOnce.run(CALLERS, () -> admin.delete("/partners/" + id));

        assertThat(made).extracting(Answer::status).containsOnly(201, 409).containsOnlyOnce(201);
        assertThat(removed).extracting(Answer::status).containsOnly(204, 404).containsOnlyOnce(204);
        assertThat(vault.read(VaultPath.partner(id))).isEmpty();
    }

    @Test
    @DisplayName("R46 many apps are made, changed and removed at once, each with its events secret")
    void changesManyApps() {
        String bare = "\"name\":\"App\",\"return_urls\":[]";
        String events = bare + ",\"events_url\":\"https://app.example.org/events\"";
        List<String> ids = IntStream.range(0, CALLERS)
                .mapToObj(i -> "a-" + UUID.randomUUID())
                .toList();

        assertThat(eachAtOnce(ids, id -> admin.post("/apps", "{\"id\":\"" + id + "\"," + events + "}")))
                .containsOnly(201);
        assertThat(eachAtOnce(ids, id -> admin.put("/apps/" + id, "{" + bare + "}")))
                .containsOnly(200);
        assertThat(eachAtOnce(ids, id -> admin.put("/apps/" + id, "{" + events + "}")))
                .containsOnly(200);
        assertThat(eachAtOnce(ids, id -> admin.delete("/apps/" + id))).containsOnly(204);
    }

    @Test
    @DisplayName("R46 a registration is removed while others wait for its row with every connection that is left")
    @DisabledIfSystemProperty(named = "tests.pgbouncer", matches = "true", disabledReason = "docs/postgresql.md")
    void removesWhatOthersWaitFor() throws Exception {
        String id = freshId();
        admin.post("/partners", registration(id, "s1"));
        String wish = "{\"partner\":\"" + id + "\",\"owner\":\"o\",\"scopes\":[\"profile\"]}";
        List<Future<Answer>> wishes = new ArrayList<>();

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> removal = new ArrayList<>();
            tables.hold(id, POOL, () -> {
                removal.add(threads.submit(() -> admin.delete("/partners/" + id)));
                await().atMost(Duration.ofSeconds(60)).until(() -> tables.waiting() >= 1);
                for (int i = 0; i < CALLERS; i++) {
                    wishes.add(threads.submit(() -> admin.post("/connections", wish)));
                }
            });

            assertThat(removal.getFirst().get().status()).isEqualTo(204);
            for (Future<Answer> asked : wishes) {
                assertThat(asked.get().status()).as(asked.get().text()).isEqualTo(400);
            }
        }
    }

    @Test
    @DisplayName("R46 a change waits for its turn as long as for a connection to the database")
    void waitsForItsTurn() throws Exception {
        String id = freshId();
        String other = freshId();
        admin.post("/partners", registration(id, "s1"));
        admin.post("/partners", registration(other, "s1"));

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicReference<Answer> last = new AtomicReference<>();
            tables.hold(id, 0, () -> {
                for (int i = 0; i < TURNS; i++) {
                    threads.execute(() -> admin.put("/partners/" + id, registration("", "s2")));
                }
                await().atMost(Duration.ofSeconds(60)).until(() -> tables.waiting() >= TURNS);
                // they give up after the socketTimeout of 5 s, which is longer than the usual patience
                last.set(admin.put("/partners/" + other, registration("", "s2")));
            });

            assertThat(last.get().status()).as(last.get().text()).isEqualTo(200);
        }
    }

    /** A change of an app has each password checked anew, so the callers' is before they begin. */
    private List<Integer> eachAtOnce(List<String> ids, Function<String, Answer> call) {
        logIn();
        Queue<String> rest = new ConcurrentLinkedQueue<>(ids);
        return AtOnce.run(ids.size(), () -> call.apply(rest.remove()).status());
    }

    private String secret(String id) {
        Optional<Secret> kept =
                vault.read(VaultPath.partner(id)).orElseThrow().fields().get("client_secret");
        return kept.orElseThrow().reveal(Purpose.DIGEST);
    }

    private static String mark(Answer answer) {
        return answer.json().path("fingerprints").path("client_secret").asText();
    }

    private static String freshId() {
        return "p-" + UUID.randomUUID();
    }

    /** The body of a registration; without an id, that of a change. */
    private static String registration(String id, String clientSecret) {
        String start = id.isEmpty() ? "{" : "{\"id\":\"" + id + "\",";
        return start + "\"catalog\":\"noones-oauth2-delegated\",\"credentials\":{\"client_id\":\"our-client\","
                + "\"client_secret\":\"" + clientSecret + "\"}}";
    }
}
