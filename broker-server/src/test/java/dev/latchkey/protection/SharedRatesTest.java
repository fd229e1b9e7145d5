package dev.latchkey.protection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.outbound.CallRate;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.Recipient;
import dev.latchkey.outbound.client.TestOutbound;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.testkit.Arrivals;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.FaultyServer;
import dev.latchkey.testkit.MachinePauses;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** One rate for three processes, each with a pool of its own, counted where the calls arrive. */
class SharedRatesTest {

    private static final Duration LONG = Duration.ofSeconds(6);
    private static final int CALLS_A_SECOND = 20;

    private final MachinePauses pauses = new MachinePauses();

    @AfterEach
    void close() {
        pauses.close();
    }

    @Test
    @DisplayName("R17, R62: three processes together never exceed the rate, and use it")
    void together() throws Exception {
        Arrivals arrivals = new Arrivals();
        Collection<ProblemType> refusals = new ConcurrentLinkedQueue<>();
        Recipient partner = new Recipient(
                "p-" + UUID.randomUUID(), Optional.of(new CallRate(CALLS_A_SECOND, Duration.ofSeconds(1))));
        try (Processes processes = new Processes();
                FaultyServer server = FaultyServer.start(connection -> {
                    arrivals.add();
                    connection.readRequest();
                    connection.write(FaultyServer.response(200, "", "ok"));
                });
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            PartnerRequest request = PartnerRequest.get(server.uri("/")).to(partner);
            List<PartnerHttp> three = Stream.generate(() -> processes.start(Map.of(), Clock.systemUTC()))
                    .limit(3)
                    .map(process -> TestOutbound.http(process.gate()))
                    .toList();
            three.getFirst().send(request); // a busy machine takes longer than all the rest for the first connection
            arrivals.clear();
            long end = System.nanoTime() + LONG.toNanos();
            for (PartnerHttp http : three) {
                IntStream.range(0, 6).forEach(caller -> threads.execute(() -> callUntil(end, http, request, refusals)));
            }
        }

        System.out.printf("rate of %d: %s%n", CALLS_A_SECOND, arrivals);
        assertThat(refusals).isSubsetOf(ProblemType.PARTNER_RATE_LIMITED);
        assertThat(arrivals.mean(pauses.total())).isLessThanOrEqualTo(CALLS_A_SECOND * 1.05);
        assertThat(arrivals.fullestSecond()).isLessThanOrEqualTo((2 + pauses.seconds()) * CALLS_A_SECOND);
        assertThat(arrivals.count()).isGreaterThan((int) (CALLS_A_SECOND * (LONG.toSeconds() - pauses.seconds()) / 2));
    }

    @Test
    @DisplayName("R17: a turn that is too far away is refused with the time, and is not taken")
    void tooFarAway() throws Exception {
        Recipient partner =
                new Recipient("p-" + UUID.randomUUID(), Optional.of(new CallRate(2, Duration.ofMinutes(1))));
        try (Processes processes = new Processes();
                FaultyServer server = FaultyServer.start(FaultyServer.answering(FaultyServer.response(200, "", "")))) {
            Processes.Process process = processes.start(Map.of(), Clock.systemUTC());
            PartnerHttp http = TestOutbound.http(process.gate());
            PartnerRequest request = PartnerRequest.get(server.uri("/")).to(partner);
            http.send(request);

            for (int call = 0; call < 3; call++) {
                PartnerCallException refused = org.assertj.core.api.Assertions.catchThrowableOfType(
                        PartnerCallException.class, () -> http.send(request));
                assertThat(refused.toProblem().type()).isEqualTo(ProblemType.PARTNER_RATE_LIMITED);
                assertThat(refused.toProblem().retryAfter().orElseThrow())
                        .isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
            }
            assertThat(process.protection().away(partner)).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
            assertThat(server.connections()).isEqualTo(1);
            Recipient agreedAnew =
                    new Recipient(partner.registration(), Optional.of(new CallRate(3, Duration.ofMinutes(1))));
            assertThat(http.send(PartnerRequest.get(server.uri("/")).to(agreedAnew))
                            .status())
                    .as("another rate begins anew")
                    .isEqualTo(200);
        }
    }

    @Test
    @DisplayName("R48 R61: a crowd that calls first of all in a process of two connections is not refused for want of them")
    void crowd() throws Exception {
        Recipient partner =
                new Recipient("p-" + UUID.randomUUID(), Optional.of(new CallRate(1000, Duration.ofSeconds(1))));
        try (Processes processes = new Processes();
                FaultyServer server = FaultyServer.start(FaultyServer.answering(FaultyServer.response(200, "", "")))) {
            PartnerHttp http = TestOutbound.http(
                    processes.start(Map.of(), Clock.systemUTC()).gate());
            PartnerRequest request = PartnerRequest.get(server.uri("/")).to(partner);

            List<Boolean> wantedStore = AtOnce.run(20, () -> isRefusedByTheStore(http, request));

            assertThat(wantedStore).containsOnly(false);
        }
    }

    @Test
    @DisplayName("R48 R61: four of a process ask for turns at a time, the others hold no connection")
    void fewAtATime() throws Exception {
        Recipient partner =
                new Recipient("p-" + UUID.randomUUID(), Optional.of(new CallRate(1000, Duration.ofSeconds(1))));
        List<Thread> crowd = new ArrayList<>();
        try (Processes processes = new Processes();
                Connection slow = processes.dataSource().getConnection();
                Statement lock = slow.createStatement()) {
            SharedRates rates = new SharedRates(processes.dataSource(), Clock.systemUTC());
            rates.await(partner, Duration.ofSeconds(5));
            slow.setAutoCommit(false);
            lock.execute("select * from partner_rate for update");
            BrokerTables tables = new BrokerTables(processes.dataSource());
            IntStream.range(0, 20)
                    .forEach(i -> crowd.add(Thread.ofPlatform().daemon().start(() -> rates.away(partner))));
            await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
                assertThat(crowd)
                        .filteredOn(thread -> thread.getState() == Thread.State.WAITING)
                        .hasSize(16);
                assertThat(tables.texts("select pid from pg_stat_activity where wait_event_type = 'Lock'"
                                + " and datname = current_database()"))
                        .hasSize(4);
            });
            slow.rollback();
            for (Thread each : crowd) {
                assertThat(each.join(Duration.ofMinutes(1))).isTrue();
            }
        }
    }

    private static boolean isRefusedByTheStore(PartnerHttp http, PartnerRequest request) {
        try {
            http.send(request);
            return false;
        } catch (PartnerCallException e) {
            return e.toProblem().type() == ProblemType.STORE_UNAVAILABLE;
        }
    }

    private static void callUntil(
            long end, PartnerHttp http, PartnerRequest request, Collection<ProblemType> refusals) {
        while (System.nanoTime() < end) {
            try {
                http.send(request);
            } catch (PartnerCallException e) {
                refusals.add(e.toProblem().type());
            }
        }
    }
}
