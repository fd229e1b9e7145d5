package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.FaultyServer;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Many connections that are due at the same moment, at a partner that is down and then comes back. The partner counts. With
 * {@code -Dlatchkey.herd=10000} as many connections as the figure says.
 */
@QuarkusTest
@TestProfile(BrokerStack.class)
class HerdTest {

    private static final int CONNECTIONS = Integer.getInteger("latchkey.herd", 160);
    private static final int CALLS_A_SECOND = 25;
    private static final Duration PATIENCE = Duration.ofSeconds(90 + 2L * CONNECTIONS / CALLS_A_SECOND);

    @Inject
    DataSource database;

    private final ConcurrentLinkedQueue<Long> arrivals = new ConcurrentLinkedQueue<>();
    private volatile boolean down;

    @Test
    @DisplayName("R17, R62: an outage costs some twenty calls, and its end brings an even stream within the rate")
    void comesBack() throws Exception {
        Story story = new Story();
        BrokerTables tables = new BrokerTables(database);
        try (FaultyServer partner = FaultyServer.start(this::answer)) {
            register(story, partner);
            connect(story);
            arrivals.clear();

            down = true;
            tables.change(
                    "update connection set refresh_due_at = now() - interval '1 second' where partner = ?",
                    story.partner());
            Awaitility.await().atMost(PATIENCE).until(() -> arrivals.size() >= 20 && isQuiet());
            int during = arrivals.size();
            arrivals.clear();
            down = false;
            tables.change("update connection set retry_at = null where partner = ?", story.partner());
            Awaitility.await().atMost(PATIENCE).until(() -> stale(tables, story) == 0);

            List<Long> after = arrivals.stream().sorted().toList();
            double seconds = (after.getLast() - after.getFirst()) / 1e9;
            double mean = after.size() / seconds;
            int fullest = fullestSecond(after);
            System.out.printf(
                    "herd: %d connections, %d calls while down; then %d calls in %.1f s, %.1f a second, %d in the"
                            + " fullest, rate %d%n",
                    CONNECTIONS, during, after.size(), seconds, mean, fullest, CALLS_A_SECOND);
            assertThat(during).isLessThan(20 + 2 * CALLS_A_SECOND);
            assertThat(after).hasSizeBetween(CONNECTIONS, CONNECTIONS + 5);
            assertThat(mean).isLessThanOrEqualTo(CALLS_A_SECOND * 1.05);
            assertThat((double) fullest).isLessThanOrEqualTo(2 * mean);
        }
    }

    private void answer(FaultyServer.Connection connection) throws java.io.IOException {
        arrivals.add(System.nanoTime());
        connection.readRequest();
        String headers = "Content-Type: application/json\r\n";
        connection.write(
                down
                        ? FaultyServer.response(503, headers, "{}")
                        : FaultyServer.response(
                                200,
                                headers,
                                "{\"access_token\":\"" + UUID.randomUUID()
                                        + "\",\"token_type\":\"bearer\",\"expires_in\":7200}"));
    }

    /** Nothing has arrived for a second. */
    private boolean isQuiet() {
        return arrivals.stream().allMatch(it -> System.nanoTime() - it > 1_000_000_000L);
    }

    private static int stale(BrokerTables tables, Story story) {
        return tables.texts("select id from connection where partner = ? and refresh_due_at < now()", story.partner())
                .size();
    }

    private static int fullestSecond(List<Long> sorted) {
        return IntStream.range(0, sorted.size())
                .map(first -> (int) sorted.stream()
                        .filter(it -> it >= sorted.get(first) && it < sorted.get(first) + 1_000_000_000L)
                        .count())
                .max()
                .orElse(0);
    }

    /** An account of our own at the partner: no browser is needed, so that many connections are soon made. */
    private static void register(Story story, FaultyServer partner) {
        story.admin().post("/partners", registration(story, partner)).expect(201);
    }

    private static Map<String, Object> registration(Story story, FaultyServer partner) {
        return Map.of(
                "id",
                story.partner(),
                "catalog",
                "noones-oauth2-direct",
                "credentials",
                Map.of("client_id", story.clientId(), "client_secret", story.clientSecret()),
                "settings",
                Map.of(
                        "rate",
                        Map.of("calls", CALLS_A_SECOND),
                        "endpoints",
                        Map.of("token_endpoint", partner.uri("/token").toString())));
    }

    private static void connect(Story story) throws Exception {
        Story.App app = story.app("shop");
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<String>> ids = IntStream.range(0, CONNECTIONS)
                    .mapToObj(number -> threads.submit(() -> connected(story, app, number)))
                    .toList();
            for (Future<String> id : ids) {
                assertThat(id.get()).isEqualTo("active");
            }
        }
    }

    private static String connected(Story story, Story.App app, int number) {
        String id = app.api()
                .post(
                        "/connections",
                        Map.of("partner", story.partner(), "owner", "owner-" + number, "scopes", List.of("read")))
                .expect(201)
                .text("id");
        return story.approver()
                .post("/connections/" + id + "/approve")
                .expect(200)
                .text("status");
    }
}
