package dev.latchkey.protection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.outbound.CallRate;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.Recipient;
import dev.latchkey.outbound.client.TestOutbound;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.testkit.FaultyServer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** One rate for three processes, each with a pool of its own, counted where the calls arrive. */
class SharedRatesTest {

    private static final Duration LONG = Duration.ofSeconds(6);
    private static final int CALLS_A_SECOND = 20;

    @Test
    @DisplayName("R17, R62: three processes together never exceed the rate, and use it")
    void together() throws Exception {
        ConcurrentLinkedQueue<Long> arrivals = new ConcurrentLinkedQueue<>();
        Recipient partner = new Recipient(
                "p-" + UUID.randomUUID(), Optional.of(new CallRate(CALLS_A_SECOND, Duration.ofSeconds(1))));
        try (Processes processes = new Processes();
                FaultyServer server = FaultyServer.start(connection -> {
                    arrivals.add(System.nanoTime());
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

        List<Long> sorted = arrivals.stream().sorted().toList();
        double seconds = (sorted.getLast() - sorted.getFirst()) / 1e9;
        int fullest = IntStream.range(0, sorted.size())
                .map(first -> (int) sorted.stream()
                        .filter(it -> it >= sorted.get(first) && it < sorted.get(first) + 1_000_000_000L)
                        .count())
                .max()
                .orElseThrow();
        System.out.printf(
                "rate: %d calls in %.2f s, %d in the fullest second of %d%n",
                sorted.size(), seconds, fullest, CALLS_A_SECOND);
        assertThat(sorted.size() - 1).isLessThanOrEqualTo((int) Math.ceil(CALLS_A_SECOND * seconds * 1.05));
        assertThat(fullest).isLessThanOrEqualTo(2 * CALLS_A_SECOND);
        assertThat(sorted.size()).isGreaterThan((int) (CALLS_A_SECOND * LONG.toSeconds() / 2));
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
