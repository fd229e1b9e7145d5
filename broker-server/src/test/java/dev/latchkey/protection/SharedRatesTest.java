package dev.latchkey.protection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.outbound.CallRate;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.Recipient;
import dev.latchkey.outbound.client.TestOutbound;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.testkit.Arrivals;
import dev.latchkey.testkit.FaultyServer;
import dev.latchkey.testkit.MachinePauses;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
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
                IntStream.range(0, 6).forEach(caller -> threads.execute(() -> callUntil(end, http, request)));
            }
        }

        System.out.printf("rate of %d: %s%n", CALLS_A_SECOND, arrivals);
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

    private static void callUntil(long end, PartnerHttp http, PartnerRequest request) {
        while (System.nanoTime() < end) {
            try {
                http.send(request);
            } catch (PartnerCallException e) {
                assertThat(e.reason()).isEqualTo(PartnerCallException.Reason.HELD_BACK);
            }
        }
    }
}
