package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.sandbox.browser.Page;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.Arrests;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerApi.Answer;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Broker processes that stop, in good order or not, in the middle of renewals and handshakes. */
@Tag("alone")
class RollingIT {

    private static final int SIZE = Integer.getInteger("tests.connections", 500);
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final RefreshRig RIG = new RefreshRig();
    private static final Broker FIRST = RIG.start(Map.of());
    private static final List<Broker> BROKERS = List.of(FIRST, RIG.start(Map.of()), RIG.start(Map.of()));

    @BeforeAll
    static void start() {
        assertThat(BROKERS).hasSize(3);
    }

    @AfterAll
    static void stop() {
        RIG.close();
    }

    @Test
    @DisplayName("R24 a rolling restart in the middle of renewals loses nothing, sends nothing twice, and ends in 30 s")
    void rollingRestart() {
        Fleet fleet = Fleet.connect(RIG, FIRST, "rolling", SIZE, 20);
        fleet.life(3600);
        // The partner has acted, and its answer is on the way when the process is told to stop.
        RIG.control()
                .fault(FaultOrder.at(fleet.sandboxName())
                        .endpoint("refresh")
                        .forever()
                        .latencyAfterCommit(Duration.ofSeconds(3)));
        int share = SIZE / BROKERS.size();
        for (int turn = 0; turn < BROKERS.size(); turn++) {
            restartUnderLoad(fleet, BROKERS.get(turn), turn * share, turn == 2 ? SIZE : (turn + 1) * share);
        }
        RIG.control().clearFaults();

        assertThat(fleet.requests()).isEqualTo(SIZE);
        assertThat(fleet.refreshes().values()).hasSize(SIZE).containsOnly(1L);
        assertThat(fleet.reuseDetections()).isZero();
        assertThat(RIG.tables()
                        .texts(
                                "select id from connection c where partner = ? and (status <> 'active' or reason is not null"
                                        + " or exists (select from refresh_intent i"
                                        + " where i.connection = c.id and i.state = 'SENDING'))",
                                fleet.partner()))
                .isEmpty();
    }

    private static void restartUnderLoad(Fleet fleet, Broker broker, int from, int to) {
        long before = fleet.requests();
        AtomicInteger next = new AtomicInteger(from);
        CompletableFuture<List<Answer>> load = CompletableFuture.supplyAsync(
                () -> AtOnce.run(to - from, () -> insist(fleet.connections(), next.getAndIncrement())));
        await().atMost(PATIENCE).until(() -> fleet.requests() - before > (to - from) / 3);
        long begin = System.nanoTime();
        int status = broker.process().stop();
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        System.out.println("R24: stopped with " + status + " in " + took.toMillis() + " ms after "
                + (fleet.requests() - before) + " requests");

        assertThat(took).isLessThan(Duration.ofSeconds(30));
        assertThat(load.join()).extracting(Answer::status).containsOnly(200);
        broker.process().startAgain();
    }

    /** As a load balancer does: another process if this one is gone or says 503. */
    private static Answer insist(List<String> connections, int index) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (int attempt = 0; ; attempt++) {
            Broker broker = BROKERS.get((index + attempt) % BROKERS.size());
            try {
                Answer answer = RIG.app(broker).post("/connections/" + connections.get(index) + "/token");
                if (answer.status() != 503 || System.nanoTime() > end) {
                    return answer;
                }
            } catch (UncheckedIOException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
            }
            Thread.sleep(100);
        }
    }

    @Test
    @DisplayName(
            "R28 a crash after the code was sent leaves no half connection: the user begins again, what was known ends")
    void crashInAHandshake() {
        Fleet fleet = Fleet.connect(RIG, FIRST, "half", 0, 600);
        Fleet.Guest unstored = fleet.begin("unstored");
        Fleet.Guest staged = fleet.begin("staged");
        URI callback = unstored.allow();
        staged.allow();
        killInside(unstored, staged);

        Page page = unstored.browser().get(callback);
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.body()).contains("state_invalid");
        assertUnusable(unstored);
        assertUnusable(staged);
        assertThat(RIG.tables()
                        .texts("select connection from pending_confirmation"
                                + " where expires_at > now() + interval '10 minutes'"
                                + " union all select connection from pending_handshake"
                                + " where expires_at > now() + interval '10 minutes'"))
                .isEmpty();

        fleet.finish(fleet.begin(unstored.user(), unstored.connection()));
        RIG.app(FIRST).post("/connections/" + unstored.connection() + "/token").expect(200);
        assertEndsUnconfirmed(staged, fleet);
    }

    /** One is killed before its tokens were stored anywhere, the other when they wait for the confirmation. */
    private static void killInside(Fleet.Guest unstored, Fleet.Guest staged) {
        try (Arrests arrests = Arrests.attach(FIRST.debugPort())) {
            arrests.watch("dev.latchkey.handshake.protocol.answer.TokenAnswerReader", "read", values -> "answer");
            arrests.watch(
                    "dev.latchkey.connection.ConnectionLifecycle",
                    "awaitConfirmation",
                    values -> "staged " + Arrests.uuid(values.getFirst()));
            arrests.want("answer");
            CompletableFuture<Page> first =
                    CompletableFuture.supplyAsync(() -> unstored.browser().follow());
            arrests.awaitAll(Set.of("answer"));
            arrests.want("staged " + staged.connection());
            CompletableFuture<Page> second =
                    CompletableFuture.supplyAsync(() -> staged.browser().follow());
            arrests.awaitAll(Set.of("staged " + staged.connection()));
            FIRST.process().kill9();
            assertThat(first).failsWithin(Duration.ofSeconds(90));
            assertThat(second).failsWithin(Duration.ofSeconds(90));
        }
        FIRST.process().startAgain();
    }

    private static void assertUnusable(Fleet.Guest guest) {
        for (Broker broker : BROKERS) {
            Answer answer = RIG.app(broker).post("/connections/" + guest.connection() + "/token");
            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.code()).isEqualTo("connection_not_active");
        }
    }

    private static void assertEndsUnconfirmed(Fleet.Guest staged, Fleet fleet) {
        assertThat(isAlive(staged, fleet)).isTrue();
        RIG.tables()
                .change(
                        "update pending_confirmation set expires_at = now() - interval '1 second' where connection = ?",
                        UUID.fromString(staged.connection()));

        await().atMost(PATIENCE).until(() -> !isAlive(staged, fleet));
        await().atMost(PATIENCE)
                .until(() -> RIG.tables().vaultPathsOf(staged.connection()).isEmpty());
        await().atMost(PATIENCE)
                .until(() -> RIG.app(FIRST)
                        .get("/connections/" + staged.connection())
                        .text("status")
                        .equals("approved"));
    }

    private static boolean isAlive(Fleet.Guest guest, Fleet fleet) {
        return StreamSupport.stream(RIG.control().families().spliterator(), false)
                .filter(family -> family.path("partner").asText().equals(fleet.sandboxName()))
                .filter(family -> family.path("user").asText().equals(guest.user()))
                .anyMatch(family -> family.path("alive").asBoolean());
    }
}
