package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.testkit.Arrivals;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.FaultyServer;
import dev.latchkey.testkit.MachinePauses;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Three broker processes and one partner with a low rate, who counts. {@code tests.connections} makes it longer. */
class SharedRateIT {

    private static final int CALLS_A_SECOND = 5;
    private static final int CONNECTIONS = Integer.getInteger("tests.connections", 60);
    private static final int ROUNDS = 2;
    private static final int MOST_ATTEMPTS = 60 + CONNECTIONS;
    private static final String PARTNER =
            "rated-" + UUID.randomUUID().toString().substring(0, 6);

    private static final RefreshRig RIG = new RefreshRig();
    private static final List<Broker> BROKERS = List.of(RIG.start(Map.of()), RIG.start(Map.of()), RIG.start(Map.of()));
    private static final Arrivals ARRIVALS = new Arrivals();

    @SuppressWarnings("NullAway.Init")
    private static FaultyServer partner;

    @BeforeAll
    static void register() throws IOException {
        partner = FaultyServer.start(SharedRateIT::answer);
        RIG.admin()
                .post(
                        "/partners",
                        Map.of(
                                "id",
                                PARTNER,
                                "catalog",
                                "noones-oauth2-direct",
                                "credentials",
                                Map.of("client_id", "client", "client_secret", "client-secret-of-" + PARTNER),
                                "settings",
                                Map.of(
                                        "rate",
                                        Map.of("calls", CALLS_A_SECOND),
                                        "endpoints",
                                        Map.of(
                                                "token_endpoint",
                                                partner.uri("/token").toString()))))
                .expect(201);
    }

    @AfterAll
    static void stop() throws IOException {
        RIG.close();
        partner.close();
    }

    @Test
    @DisplayName(
            "R17, R62: three processes together keep a partner's rate in every stretch of time, and all get through")
    void together() {
        List<String> connections = IntStream.range(0, CONNECTIONS)
                .mapToObj(SharedRateIT::connected)
                .toList();
        ARRIVALS.clear();
        ConcurrentLinkedQueue<Answer> refusals = new ConcurrentLinkedQueue<>();
        AtomicInteger next = new AtomicInteger();

        try (MachinePauses pauses = new MachinePauses()) {
            List<Integer> served = AtOnce.run(CONNECTIONS, () -> {
                int mine = next.getAndIncrement();
                return renewals(BROKERS.get(mine % BROKERS.size()), connections.get(mine), refusals);
            });
            assertThat(served).containsOnly(ROUNDS);
            assertRate(pauses, refusals);
        }
    }

    private static void assertRate(MachinePauses pauses, ConcurrentLinkedQueue<Answer> refusals) {
        System.out.printf(
                "R17: three processes at a rate of %d: %s, %d in the fullest 5 s; %d refusals%n",
                CALLS_A_SECOND, ARRIVALS, ARRIVALS.most(Duration.ofSeconds(5)), refusals.size());
        // a caller whose patience ended before its renewal did comes once more
        long impatient = refusals.stream()
                .filter(it -> it.code().equals("refresh_in_progress"))
                .count();
        assertThat((long) ARRIVALS.count()).isBetween((long) CONNECTIONS * ROUNDS, CONNECTIONS * ROUNDS + impatient);
        assertThat(ARRIVALS.mean(pauses.total())).isLessThanOrEqualTo(CALLS_A_SECOND * 1.05);
        // calls are sent evenly; on a busy machine some arrive up to a second late
        for (int seconds : List.of(1, 2, 5, 10)) {
            assertThat(ARRIVALS.most(Duration.ofSeconds(seconds)))
                    .as(seconds + " s")
                    .isLessThanOrEqualTo(CALLS_A_SECOND * (seconds + 1 + pauses.seconds()));
        }
        assertThat(refusals).isNotEmpty().allSatisfy(SharedRateIT::assertPatient);
    }

    /** So short a life that each hand-out renews. */
    private static void answer(FaultyServer.Connection connection) throws IOException {
        ARRIVALS.add();
        connection.readRequest();
        connection.write(FaultyServer.response(
                200,
                "Content-Type: application/json\r\n",
                "{\"access_token\":\"" + UUID.randomUUID() + "\",\"token_type\":\"bearer\",\"expires_in\":20}"));
    }

    private static String connected(int number) {
        Map<String, Object> wanted = Map.of("partner", PARTNER, "owner", "owner-" + number, "scopes", List.of("read"));
        String id = RIG.app(BROKERS.get(number % BROKERS.size()))
                .post("/connections", wanted)
                .expect(201)
                .text("id");
        RIG.admin().post("/connections/" + id + "/approve").expect(200);
        return id;
    }

    /** How often the connection was renewed in the end. */
    private static int renewals(Broker broker, String connection, ConcurrentLinkedQueue<Answer> refusals)
            throws InterruptedException {
        int served = 0;
        for (int attempt = 0; served < ROUNDS && attempt < MOST_ATTEMPTS; attempt++) {
            Answer answer = RIG.app(broker).post("/connections/" + connection + "/token");
            if (answer.status() == 200) {
                served++;
            } else {
                refusals.add(answer);
                Thread.sleep(Duration.ofSeconds(1));
            }
        }
        return served;
    }

    private static void assertPatient(Answer refusal) {
        assertThat(refusal.code()).isIn("partner_rate_limited", "refresh_in_progress", "partner_unavailable");
        assertThat(refusal.status()).isIn(429, 503);
        assertThat(refusal.header("Retry-After")).isNotEmpty();
    }
}
