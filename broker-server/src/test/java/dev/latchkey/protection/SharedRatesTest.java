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
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.FaultyServer;
import dev.latchkey.testkit.MachinePauses;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
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
    @DisplayName("R48 R61: a crowd that holds all connections of a process needs no other one")
    void crowd() throws Exception {
        try (Processes processes = new Processes()) {
            Recipient partner = known(processes);
            Processes.Process cold = processes.start(Map.of(), Clock.systemUTC());

            List<Future<Duration>> crowd =
                    heldUp(processes, 20, () -> cold.protection().away(partner), locked -> locked == 2);

            for (Future<Duration> each : crowd) {
                assertThat(each.get(1, TimeUnit.MINUTES)).isLessThan(Duration.ofMinutes(1));
            }
        }
    }

    @Test
    @DisplayName("R48 R61: four of a process ask for turns at a time, the others hold no connection")
    void fewAtATime() throws Exception {
        try (Processes processes = new Processes()) {
            Recipient partner = known(processes);
            SharedRates rates = new SharedRates(processes.dataSource(), Clock.systemUTC());

            List<Future<Duration>> crowd =
                    heldUp(processes, 20, () -> rates.away(partner), locked -> locked == 4 && rates.waiting() == 16);

            for (Future<Duration> each : crowd) {
                assertThat(each.get(1, TimeUnit.MINUTES)).isLessThan(Duration.ofMinutes(1));
            }
        }
    }

    /** A partner whose bucket is there. */
    private static Recipient known(Processes processes) throws InterruptedException {
        Recipient partner =
                new Recipient("p-" + UUID.randomUUID(), Optional.of(new CallRate(1000, Duration.ofSeconds(1))));
        new SharedRates(processes.dataSource(), Clock.systemUTC()).await(partner, Duration.ofMinutes(1));
        return partner;
    }

    /** Many ask while the buckets are locked, until so many wait for that as are expected. */
    private static List<Future<Duration>> heldUp(
            Processes processes, int many, Callable<Duration> ask, IntPredicate expected) throws SQLException {
        BrokerTables tables = new BrokerTables(processes.dataSource());
        try (Connection slow = processes.dataSource().getConnection();
                Statement lock = slow.createStatement()) {
            slow.setAutoCommit(false);
            lock.execute("select * from partner_rate for update");
            ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
            List<Future<Duration>> crowd =
                    Stream.generate(() -> threads.submit(ask)).limit(many).toList();
            threads.shutdown();
            await().atMost(Duration.ofMinutes(1))
                    .until(() ->
                            expected.test(tables.texts("select pid from pg_stat_activity where wait_event_type = 'Lock'"
                                            + " and datname = current_database()")
                                    .size()));
            slow.rollback();
            return crowd;
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
