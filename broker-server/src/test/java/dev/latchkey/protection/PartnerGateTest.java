package dev.latchkey.protection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.audit.Actor;
import dev.latchkey.outbound.CallGate.Lane;
import dev.latchkey.outbound.CallRate;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerCallException.Reason;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.outbound.Recipient;
import dev.latchkey.outbound.client.TestOutbound;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.protection.Processes.Process;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.FaultyServer;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gate with the real client, real sockets and a real PostgreSQL. */
class PartnerGateTest {

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final int PLACES = 8;
    private static final Map<String, String> IMPATIENT =
            Map.of("breaker-pause", "PT0.5S", "calls-at-once", Integer.toString(PLACES), "patience", "PT0.3S");

    @SuppressWarnings("NullAway.Init")
    private static Processes processes;

    private final ConcurrentLinkedQueue<String> answers = new ConcurrentLinkedQueue<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private final Recipient partner = new Recipient("p-" + UUID.randomUUID(), Optional.empty());

    @SuppressWarnings("NullAway.Init")
    private FaultyServer server;

    @BeforeAll
    static void begin() {
        processes = new Processes();
    }

    @AfterAll
    static void end() {
        processes.close();
    }

    /** Answers as ordered, else 200; {@code /hang} when it is released. */
    @BeforeEach
    void open() throws IOException {
        server = FaultyServer.start(connection -> {
            if (connection.readRequest().startsWith("GET /hang")) {
                released.await();
            }
            String ordered = answers.poll();
            connection.write(ordered == null ? FaultyServer.response(200, "", "ok") : ordered);
        });
    }

    @AfterEach
    void close() throws IOException {
        released.countDown();
        server.close();
    }

    @Test
    @DisplayName("R61: the breaker opens after 20 calls of which half fail, for this partner only")
    void opens() throws Exception {
        Process process = processes.start(Map.of(), Clock.systemUTC());
        PartnerHttp http = TestOutbound.http(process.gate());
        for (int call = 0; call < 19; call++) {
            order(call % 2 == 1 ? 503 : 200); // nine of nineteen
            http.send(to("/", partner));
        }
        assertThat(process.protection().refusal(partner)).isEmpty();
        order(500);
        http.send(to("/", partner));

        PartnerCallException refused = refused(() -> http.send(to("/", partner)));

        assertThat(refused.sent()).isFalse();
        assertThat(refused.toProblem().type()).isEqualTo(ProblemType.PARTNER_UNAVAILABLE);
        assertThat(refused.toProblem().retryAfter().orElseThrow())
                .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10));
        assertThat(process.protection().refusal(partner)).isPresent();
        assertThat(server.connections()).isEqualTo(20);
        assertThat(process.meters()
                        .get("latchkey.partner.breaker")
                        .tag("partner", partner.registration())
                        .tag("lane", "tokens")
                        .gauge()
                        .value())
                .isEqualTo(2);
        assertThat(process.meters()
                        .get("latchkey.partner.held.back")
                        .tag("partner", partner.registration())
                        .tag("why", "breaker")
                        .counter()
                        .count())
                .isEqualTo(1);
        Recipient other = new Recipient("other-" + partner.registration(), Optional.empty());
        assertThat(http.send(to("/", other)).status()).isEqualTo(200);
        PartnerResponse fine = new PartnerResponse(200, Map.of(), new byte[0]);
        assertThat(process.gate().pass(partner, Lane.TRAFFIC, () -> fine, Function.identity()))
                .as("apps' own calls have a breaker of their own")
                .isSameAs(fine);
    }

    @Test
    @DisplayName("R61: no answer at all is a failure too")
    void opensOnSilence() {
        Process process = processes.start(Map.of(), Clock.systemUTC());
        PartnerHttp http = TestOutbound.http(process.gate());
        for (int call = 0; call < 20; call++) {
            answers.add(""); // closes without a word
            assertThat(refused(() -> http.send(to("/", partner))).reason()).isEqualTo(Reason.BROKEN);
        }

        assertThat(refused(() -> http.send(to("/", partner))).reason()).isEqualTo(Reason.HELD_BACK);
    }

    @Test
    @DisplayName("R59, R60: refusals are answers of a partner that works, and never open the breaker")
    void refusalsAreNoFailures() throws Exception {
        Process process = processes.start(Map.of(), Clock.systemUTC());
        PartnerHttp http = TestOutbound.http(process.gate());
        for (int call = 0; call < 40; call++) {
            order(call % 2 == 0 ? 400 : 401);
            http.send(to("/", partner));
        }

        assertThat(http.send(to("/", partner)).status()).isEqualTo(200);
        assertThat(server.connections()).isEqualTo(41);
    }

    @Test
    @DisplayName("R61: after the pause one call is tried, and its success lets all others through")
    void probes() throws Exception {
        Process process = processes.start(IMPATIENT, Clock.systemUTC());
        PartnerHttp http = TestOutbound.http(process.gate());
        for (int call = 0; call < 20; call++) {
            order(502);
            http.send(to("/", partner));
        }
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> process.protection().refusal(partner).isEmpty());

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<PartnerResponse> probe = threads.submit(() -> http.send(to("/hang", partner)));
            org.awaitility.Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> server.requests().size() == 21);
            List<Reason> others = AtOnce.run(
                    5, () -> refused(() -> http.send(to("/", partner))).reason());
            assertThat(others).containsOnly(Reason.HELD_BACK);
            assertThat(server.connections()).isEqualTo(21);
            released.countDown();
            assertThat(probe.get().status()).isEqualTo(200);
        }

        assertThat(AtOnce.run(5, () -> http.send(to("/", partner)).status())).containsOnly(200);
    }

    @Test
    @DisplayName("R61: calls to a partner that hangs take its own places only")
    void hangs() throws Exception {
        Process process = processes.start(IMPATIENT, Clock.systemUTC());
        PartnerHttp http = TestOutbound.http(process.gate());
        Recipient healthy = new Recipient("healthy-" + partner.registration(), Optional.empty());
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<PartnerResponse>> held = IntStream.range(0, PLACES)
                    .mapToObj(call -> threads.submit(() -> http.send(to("/hang", partner))))
                    .toList();
            org.awaitility.Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> server.requests().size() == PLACES);

            PartnerCallException ninth = refused(() -> http.send(to("/hang", partner)));
            List<Integer> others =
                    AtOnce.run(PLACES, () -> http.send(to("/", healthy)).status());

            assertThat(ninth.reason()).isEqualTo(Reason.HELD_BACK);
            assertThat(ninth.toProblem().type()).isEqualTo(ProblemType.PARTNER_UNAVAILABLE);
            assertThat(others).hasSize(PLACES).containsOnly(200);
            assertThat(held).noneMatch(Future::isDone);
            assertThat(server.requests()).hasSize(2 * PLACES);
            released.countDown();
            for (Future<PartnerResponse> call : held) {
                assertThat(call.get().status()).isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @DisplayName("R57: Retry-After is honoured by every process, between a second and an hour and a little more")
    @CsvSource(
            delimiter = '|',
            value = {
                "120|120",
                "Sun, 22 Nov 2026 12:02:00 GMT|120",
                "Sun, 22 Nov 2026 11:00:00 GMT|1",
                "0|1",
                "-5|30",
                "99999999999|3600",
                "soon|30",
                "|30"
            })
    void pauses(String header, long seconds) throws Exception {
        Process first = processes.start(Map.of(), Clock.fixed(NOW, ZoneOffset.UTC));
        Process second = processes.start(Map.of(), Clock.fixed(NOW, ZoneOffset.UTC));
        answers.add(FaultyServer.response(429, header == null ? "" : "Retry-After: " + header + "\r\n", ""));
        BrokerTables tables = new BrokerTables(processes.dataSource());
        String before = now(tables);
        TestOutbound.http(first.gate()).send(to("/", partner));
        String after = now(tables);
        assertThat(tables.texts(
                        "select partner from partner_pause where partner = ?"
                                + " and until >= cast(? as timestamptz) + ? * interval '1 second'"
                                + " and until <= cast(? as timestamptz) + 1.1 * ? * interval '1 second'",
                        partner.registration(),
                        before,
                        seconds,
                        after,
                        seconds))
                .as("a pause of " + seconds + " s and a little more")
                .hasSize(1);
        // so that the shortest is not over before the second process looks
        tables.change(
                "update partner_pause set until = until + interval '1 minute' where partner = ?",
                partner.registration());

        PartnerCallException refused =
                refused(() -> TestOutbound.http(second.gate()).send(to("/", partner)));

        assertThat(refused.sent()).isFalse();
        assertThat(refused.toProblem().type()).isEqualTo(ProblemType.PARTNER_RATE_LIMITED);
        assertThat(refused.toProblem().retryAfter().orElseThrow().toSeconds())
                .isBetween(seconds + 60 - 30, seconds + seconds / 10 + 1 + 60);
        assertThat(first.protection().refusal(partner)).isPresent();
        assertThat(server.connections()).isEqualTo(1);
        Recipient other = new Recipient("other-" + partner.registration(), Optional.empty());
        assertThat(TestOutbound.http(second.gate()).send(to("/", other)).status())
                .isEqualTo(200);
    }

    @Test
    @DisplayName("R57: a 503 that states a time is honoured, one that states none is not; apps' own calls pause nobody")
    void pausesOnlyWhatWasAsked() throws Exception {
        Process process = processes.start(Map.of(), Clock.systemUTC());
        PartnerHttp http = TestOutbound.http(process.gate());
        PartnerResponse busy = new PartnerResponse(429, Map.of("retry-after", List.of("60")), new byte[0]);
        process.gate().pass(partner, Lane.TRAFFIC, () -> busy, Function.identity());
        order(503);
        http.send(to("/", partner));
        assertThat(process.protection().refusal(partner)).isEmpty();

        answers.add(FaultyServer.response(503, "Retry-After: 60\r\n", ""));
        http.send(to("/", partner));

        assertThat(refused(() -> http.send(to("/", partner))).toProblem().type())
                .isEqualTo(ProblemType.PARTNER_UNAVAILABLE);
        assertThat(process.gate()
                        .pass(partner, Lane.TRAFFIC, () -> busy, Function.identity())
                        .status())
                .isEqualTo(429);
    }

    @Test
    @DisplayName("R57: of two pauses the longer one stands, with the reason that was given last")
    void longerPauseStands() {
        PauseRows rows = new PauseRows(processes.dataSource());
        rows.begin(partner.registration(), new PauseRows.Pause(Duration.ofHours(1), true));

        rows.begin(partner.registration(), new PauseRows.Pause(Duration.ofMinutes(1), false));

        PauseRows.Pause pause = rows.of(partner.registration()).orElseThrow();
        assertThat(pause.left()).isGreaterThan(Duration.ofMinutes(50));
        assertThat(pause.rateLimited()).isFalse();
        assertThat(processes.start(Map.of(), Clock.systemUTC()).protection().away(partner))
                .as("who is in no hurry waits for its end")
                .isGreaterThan(Duration.ofMinutes(50));
    }

    @Test
    @DisplayName("R57: a call that waits for its turn is not made if its partner wants a pause meanwhile")
    void pausesWhoWaits() throws Exception {
        Process process = processes.start(Map.of("patience", "PT5S"), Clock.systemUTC());
        PartnerHttp http = TestOutbound.http(process.gate());
        Recipient slow = new Recipient(partner.registration(), Optional.of(new CallRate(1, Duration.ofSeconds(4))));
        http.send(to("/", slow));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<PartnerCallException> waiting = threads.submit(() -> refused(() -> http.send(to("/", slow))));
            org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> underWay(process, slow) == 1);

            new PauseRows(processes.dataSource())
                    .begin(slow.registration(), new PauseRows.Pause(Duration.ofHours(1), true));

            assertThat(waiting.get().reason()).isEqualTo(Reason.HELD_BACK);
        }
        assertThat(server.connections()).isEqualTo(1);
        assertThat(underWay(process, slow)).as("it leaves its place").isZero();
    }

    private static String now(BrokerTables tables) {
        return tables.texts("select clock_timestamp()").getFirst();
    }

    private static double underWay(Process process, Recipient recipient) {
        return process.meters()
                .get("latchkey.partner.calls.under.way")
                .tag("partner", recipient.registration())
                .tag("lane", "tokens")
                .gauge()
                .value();
    }

    @Test
    @DisplayName("R57: pauses that are over hold back nobody and are swept, as are full buckets; others stay")
    void sweeps() throws Exception {
        BrokerTables tables = new BrokerTables(processes.dataSource());
        PauseRows rows = new PauseRows(processes.dataSource());
        SharedRates rates = new SharedRates(processes.dataSource(), Clock.systemUTC());
        Recipient rated = new Recipient(partner.registration(), Optional.of(new CallRate(1, Duration.ofMinutes(1))));
        Recipient full = new Recipient("over-" + partner.registration(), rated.rate());
        rows.begin(partner.registration(), new PauseRows.Pause(Duration.ofHours(1), true));
        rows.begin(full.registration(), new PauseRows.Pause(Duration.ofHours(-1), true));
        for (Recipient each : List.of(rated, full)) {
            assertThat(rates.await(each, Duration.ofSeconds(5))).isTrue();
        }
        tables.change("update partner_rate set expires_at = 1 where id like ? || '%'", full.registration());
        assertThat(rows.of(full.registration())).isEmpty();

        new ProtectionSweep(rows, rates).run(Actor.system("test", "test"));

        assertThat(tables.texts(
                        "select partner from partner_pause where partner like '%' || ?", partner.registration()))
                .containsExactly(partner.registration());
        assertThat(tables.texts("select id from partner_rate where id like '%' || ? || '%'", partner.registration()))
                .singleElement()
                .asString()
                .startsWith(partner.registration());
    }

    @Test
    @DisplayName("without the database nothing is sent, and the problem says so")
    void withoutDatabase() {
        PartnerHttp http = TestOutbound.http(Processes.withoutDatabase().gate());

        PartnerCallException refused = refused(() -> http.send(to("/", partner)));

        assertThat(refused.sent()).isFalse();
        assertThat(refused.toProblem().type()).isEqualTo(ProblemType.STORE_UNAVAILABLE);
        assertThat(server.connections()).isZero();
    }

    private void order(int status) {
        answers.add(FaultyServer.response(status, "", ""));
    }

    private PartnerRequest to(String path, Recipient recipient) {
        return PartnerRequest.get(server.uri(path)).to(recipient);
    }

    private static PartnerCallException refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        PartnerCallException refused = catchThrowableOfType(PartnerCallException.class, call);
        assertThat(refused).isNotNull();
        return refused;
    }
}
