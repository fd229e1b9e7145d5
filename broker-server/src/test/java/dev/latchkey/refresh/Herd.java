package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.Arrivals;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.FaultyServer;
import dev.latchkey.testkit.MachinePauses;
import dev.latchkey.testkit.Story;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/** Connections at a partner of their own, which counts the calls that it gets; all their tokens end at the same moment. */
final class Herd implements AutoCloseable {

    static final int CONNECTIONS = Integer.getInteger("tests.connections", 240);
    private static final int CALLS_A_SECOND = 20;
    /** What the connections need on average while they fall due. */
    private static final int MEAN = 12;

    private static final Duration WINDOW = Duration.ofSeconds(Math.max(1, CONNECTIONS / MEAN));
    /** Renewals are spread over a tenth of it. */
    private static final Duration LIFE = WINDOW.multipliedBy(10);

    private static final Duration PATIENCE = Duration.ofSeconds(90 + 2L * CONNECTIONS / MEAN);

    private final BrokerTables tables;
    private final Arrivals arrivals = new Arrivals();
    private final Story story = new Story();
    private final FaultyServer partner;
    private volatile boolean down;
    private volatile Instant end;

    /** Connects all of them. */
    Herd(BrokerTables tables) throws Exception {
        this.tables = tables;
        partner = FaultyServer.start(this::answer);
        story.admin().post("/partners", registration()).expect(201);
        end = Instant.now().plus(LIFE);
        connectAll();
        arrivals.clear();
    }

    @Override
    public void close() throws IOException {
        tables.change("update connection set refresh_due_at = null where partner = ?", story.partner());
        partner.close();
    }

    /** All fall due soon, which is long before they end. */
    void fallDue() {
        Instant common = end;
        assertThat(fullestTenth()).isLessThanOrEqualTo(2 * CONNECTIONS / 10);
        end = Instant.now().plus(Duration.ofHours(9));
        tables.change(
                "update connection set refresh_due_at = refresh_due_at - (select min(refresh_due_at) - now()"
                        + " - interval '2 seconds' from connection where partner = ?) where partner = ?",
                story.partner(),
                story.partner());

        try (MachinePauses pauses = new MachinePauses()) {
            awaitFresh(common);
            assertEven(common, pauses);
        }
    }

    private void assertEven(Instant common, MachinePauses pauses) {
        System.out.printf("R17: %d connections in %d s, %s%n", CONNECTIONS, WINDOW.toSeconds(), arrivals);
        assertThat(Instant.now()).isBefore(common);
        assertThat(arrivals.count()).isBetween(CONNECTIONS, CONNECTIONS + 5);
        assertThat(arrivals.mean(pauses.total())).isLessThanOrEqualTo(CALLS_A_SECOND * 1.05);
        // not at the partner's rate one after the other, which would be more
        assertThat(arrivals.most(Duration.ofSeconds(10)))
                .isLessThanOrEqualTo(15 * MEAN + pauses.seconds() * CALLS_A_SECOND);
        assertThat(arrivals.fullestSecond()).isLessThanOrEqualTo((2 + pauses.seconds()) * CALLS_A_SECOND);
    }

    /** The partner is away while they are due, and comes back. */
    void meetAnOutage() {
        Instant common = end;
        down = true;
        tables.change(
                "update connection set refresh_due_at = now() - interval '1 second' where partner = ?",
                story.partner());
        // half of the breaker's last 20 calls were good ones
        Awaitility.await()
                .during(Duration.ofSeconds(1))
                .atMost(PATIENCE)
                .until(() -> arrivals.count() >= 10 && arrivals.isQuiet());
        int during = arrivals.count();
        arrivals.clear();
        end = Instant.now().plus(Duration.ofHours(9));
        down = false;
        tables.change("update connection set retry_at = null where partner = ?", story.partner());

        try (MachinePauses pauses = new MachinePauses()) {
            awaitFresh(common);
            assertRecovery(common, during, pauses);
        }
    }

    private void assertRecovery(Instant common, int during, MachinePauses pauses) {
        System.out.printf("R62: %d connections, %d calls while down; then %s%n", CONNECTIONS, during, arrivals);
        assertThat(Instant.now()).isBefore(common);
        assertThat(during).isLessThan(20 + 2 * CALLS_A_SECOND);
        assertThat(arrivals.count()).isBetween(CONNECTIONS, CONNECTIONS + 5);
        assertThat(arrivals.mean(pauses.total())).isLessThanOrEqualTo(CALLS_A_SECOND * 1.05);
        assertThat(arrivals.fullestSecond()).isLessThanOrEqualTo((2 + pauses.seconds()) * CALLS_A_SECOND);
    }

    /** Every token lives until the same moment, whenever it was given. */
    private void answer(FaultyServer.Connection connection) throws IOException {
        arrivals.add();
        connection.readRequest();
        String headers = "Content-Type: application/json\r\n";
        connection.write(
                down
                        ? FaultyServer.response(503, headers, "{}")
                        : FaultyServer.response(
                                200,
                                headers,
                                "{\"access_token\":\"" + UUID.randomUUID() + "\",\"token_type\":\"bearer\","
                                        + "\"expires_in\":"
                                        + Duration.between(Instant.now(), end).toSeconds() + "}"));
    }

    private void awaitFresh(Instant common) {
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> tables.texts(
                                "select id from connection where partner = ? and token_expires_at < cast(? as timestamptz)",
                                story.partner(),
                                common.plusSeconds(60).toString())
                        .isEmpty());
    }

    /**
     * The most connections that fall due within the same tenth of the time in which they do. What falls due later was
     * connected later.
     */
    private int fullestTenth() {
        return tables
                .texts(
                        "select count(*) from (select width_bucket(extract(epoch from refresh_due_at), low, high, 10) as part"
                                + " from connection, (select extract(epoch from min(refresh_due_at)) as low,"
                                + " extract(epoch from min(refresh_due_at) + ? * interval '1 second') as high"
                                + " from connection where partner = ?) as ends where partner = ?) as parts where part <= 10 group by part",
                        (int) WINDOW.toSeconds(),
                        story.partner(),
                        story.partner())
                .stream()
                .mapToInt(Integer::parseInt)
                .max()
                .orElseThrow();
    }

    /** An account of our own at the partner: no browser is needed, so that many connections are soon made. */
    private Map<String, Object> registration() {
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

    private void connectAll() throws Exception {
        Story.App app = story.app("shop");
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<String>> ids = IntStream.range(0, CONNECTIONS)
                    .mapToObj(number -> threads.submit(() -> connected(app, number)))
                    .toList();
            for (Future<String> id : ids) {
                assertThat(id.get()).isEqualTo("active");
            }
        }
    }

    private String connected(Story.App app, int number) {
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
