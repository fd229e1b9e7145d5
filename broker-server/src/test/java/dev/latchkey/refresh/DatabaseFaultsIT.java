package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.latchkey.boot.DatabaseAccess;
import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.refresh.RefreshRig.Cell;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BlockedEventLoops;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.DatabaseProxy;
import dev.latchkey.testkit.MachinePauses;
import dev.latchkey.testkit.PostgresCluster;
import dev.latchkey.testkit.SmallDisk;
import dev.latchkey.testkit.Story;
import dev.latchkey.testkit.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * A broker process whose database is slow to answer, silent, full, killed or somewhere else. The database is a cluster of
 * its own behind a proxy; the failover comes last, since it leaves another server behind.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DatabaseFaultsIT {

    /** What the rows call recovered. */
    private static final Duration RECOVERY = Duration.ofSeconds(30);

    /** For what comes at once, on a machine that does much else. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Map<String, Integer> LONGER = Map.of("min_ttl", 3600);
    /** A renewal and the request around it have fewer. */
    private static final int COMMITS = 14;

    private static final int RENEWALS = Integer.getInteger("tests.renewals", 200);

    private static final PostgresCluster CLUSTER = PostgresCluster.start();
    private static final DatabaseProxy PROXY = new DatabaseProxy(CLUSTER.port());
    private static final RefreshRig RIG = new RefreshRig(behindTheProxy());
    private static final Broker BROKER = RIG.start(Map.of("latchkey.database.pool-size", "10"));
    private static final Cell STEADY = RIG.connect("steady", "strict", 3600);

    private static DatabaseAccess behindTheProxy() {
        DatabaseAccess direct = CLUSTER.database();
        return new DatabaseAccess(
                PROXY.through(direct.url()),
                direct.username(),
                direct.password(),
                direct.ownerUsername(),
                direct.ownerPassword());
    }

    @AfterAll
    static void stop() {
        List<String> blocked = BlockedEventLoops.in(BROKER.process().logText());
        RIG.close();
        PROXY.close();
        CLUSTER.close();
        assertThat(blocked).as("R56: blocked event loops").isEmpty();
    }

    @Test
    @Order(1) // while the audit log fits on it
    @DisplayName("R55 the audit log's disk is full: no change and no token without its row, and all is well afterwards")
    void auditDiskFull() {
        assumeTrue(SmallDisk.isPossible(), "only root can make a small file system");
        try (SmallDisk disk = SmallDisk.make()) {
            CLUSTER.asSuperuser(
                    "create tablespace small location '" + disk.folder("audit") + "'",
                    "alter table audit_event set tablespace small");
            try {
                refusesWithoutRoom(disk);
            } finally {
                disk.clear();
                CLUSTER.asSuperuser("alter table audit_event set tablespace pg_default", "drop tablespace small");
            }
        }
    }

    @Test
    @Order(2)
    @DisplayName("R48 200 renewals wait for their partner with a pool of 10, and nobody else waits for them")
    void partnerIsSlow() throws Exception {
        Cell slow = RIG.connect("slow", "strict", 600);
        List<String> connections = new ArrayList<>(List.of(slow.connection()));
        connections.addAll(AtOnce.run(10, () -> more(slow, (RENEWALS - 1) / 10)).stream()
                .flatMap(List::stream)
                .toList());
        RIG.control()
                .fault(FaultOrder.at(slow.sandboxName())
                        .endpoint("refresh")
                        .times(connections.size())
                        .latency(Duration.ofSeconds(30)));
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<Answer>> answers = connections.stream()
                    .map(id -> CompletableFuture.supplyAsync(
                            () -> RIG.app(BROKER).post("/connections/" + id + "/token", LONGER), callers))
                    .toList();
            await().atMost(PATIENCE).until(() -> slow.requests() > 2);
            othersAreServed(answers);
            assertThat(answers)
                    .allSatisfy(answer -> assertThat(answer.join().code())
                            .isNotEqualTo("store_unavailable")
                            .isNotEqualTo("internal"));
        }
        assertThat(slow.reuseDetections()).isZero();
        assertThat(slow.requests()).isGreaterThan(connections.size() / 4);
        forget(slow);
    }

    /** Reads of other tokens for as long as renewals wait; nobody's transaction waits along with them. */
    private static void othersAreServed(List<CompletableFuture<Answer>> renewals) {
        List<Long> nanos = new ArrayList<>();
        Set<String> idle = Set.of();
        try (MachinePauses pauses = new MachinePauses()) {
            while (renewals.stream().anyMatch(answer -> !answer.isDone())) {
                Duration before = pauses.total();
                long began = System.nanoTime();
                Answer answer = token(STEADY);
                if (answer.status() == 503 && pauses.total().compareTo(before) > 0) {
                    continue; // of all that wait for a machine that stands still some lose patience
                }
                answer.expect(200);
                nanos.add(System.nanoTime() - began);
                if (nanos.size() % 10 == 0) {
                    Set<String> stillIdle = idleForASecond();
                    stillIdle.retainAll(idle);
                    assertThat(stillIdle)
                            .as("idle in a transaction, twice in a row")
                            .isEmpty();
                    idle = idleForASecond();
                }
            }
        }
        assertThat(nanos).as("served beside the renewals").hasSizeGreaterThan(50);
        List<Long> sorted = nanos.stream().sorted().toList();
        System.out.printf(
                "R48: of %d hand-outs beside %d renewals p50 %d ms, p99 %d ms%n",
                sorted.size(),
                renewals.size(),
                sorted.get(sorted.size() / 2) / 1_000_000,
                sorted.get(sorted.size() * 99 / 100) / 1_000_000);
    }

    /** Transactions that nobody goes on with; after a pause of the machine these may be anybody's, but not for long. */
    private static Set<String> idleForASecond() {
        return new HashSet<>(direct().texts("select pid || ' ' || state_change from pg_stat_activity"
                + " where datname = current_database() and state like 'idle in transaction%'"
                + " and now() - state_change > interval '1 second'"));
    }

    /** What its partner left open would be tried again beside the other tests, which count commits. */
    private static void forget(Cell cell) {
        String its = "in (select id from connection where partner = '" + cell.partner() + "')";
        RIG.control().clearFaults();
        CLUSTER.asSuperuser(
                "delete from refresh_intent where connection " + its,
                "update connection set refresh_due_at = null where id " + its);
    }

    @Test
    @Order(3)
    @DisplayName("R47 the answer to a commit is lost: the request for a connection is there once, and is answered")
    void lostCommitOfARequest() {
        String owner = "owner-" + UUID.randomUUID();
        PROXY.loseCommit(0);

        Answer answer = request(owner);

        await().atMost(PATIENCE).until(() -> !PROXY.isLosing());
        assertThat(direct().texts("select id::text from connection where owner = ?", owner))
                .hasSize(1);
        answer.expect(201);
        assertThat(direct().texts("select id::text from connection where owner = ?", owner))
                .containsExactly(answer.text("id"));
    }

    @Test
    @Order(4)
    @DisplayName("R47 whichever commit of a renewal loses its answer, the partner sees one renewal and nothing is lost")
    void lostCommitsOfARenewal() {
        List<Cell> cells = new ArrayList<>();
        for (int commit = 0; commit < COMMITS; commit++) {
            Cell cell = RIG.connect("lost-" + commit, "strict", 600);
            cells.add(cell);
            PROXY.loseCommit(commit);
            longer(cell);
            PROXY.loseNone();
        }
        for (Cell cell : cells) {
            await(cell.name())
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> RIG.isSettled(cell) || RIG.standing(cell).equals("refresh_ambiguous"));
            token(cell).expect(200);
            assertThat(cell.requests()).as(cell.name()).isLessThanOrEqualTo(1);
            assertThat(RIG.standing(cell)).as(cell.name()).isIn("active", "refresh_ambiguous");
        }
        assertThat(cells.stream().mapToLong(Cell::refreshes).sum()).isPositive();
        // the refresh token is the right one still
        cells.stream()
                .filter(cell -> RIG.standing(cell).equals("active"))
                .forEach(cell -> assertThat(longer(cell).code()).as(cell.name()).isEqualTo("cannot_satisfy_min_ttl"));
        assertThat(cells).allSatisfy(cell -> assertThat(cell.reuseDetections()).isZero());
    }

    @Test
    @Order(5)
    @DisplayName("R47 commits lose their answers under load: each renewal is made once, and nobody gets a wrong answer")
    void lostCommitsUnderLoad() throws Exception {
        Cell busy = RIG.connect("busy", "strict", 20); // each hand-out renews
        try (Callers reading = Callers.begin(4, () -> token(STEADY));
                Callers renewing = Callers.begin(4, () -> token(busy))) {
            await().atMost(PATIENCE).until(() -> reading.served() > 20 && renewing.served() > 2);
            for (int lost = 0; lost < COMMITS; lost++) {
                PROXY.loseCommit(lost);
                await().atMost(PATIENCE).until(() -> !PROXY.isLosing());
            }
            long before = reading.served();
            await().atMost(PATIENCE).until(() -> reading.served() > before);
            assertTold(reading.end());
            assertThat(renewing.end()).extracting(Answer::code).doesNotContain("not_found", "conflict", "internal");
        }
        assertThat(busy.reuseDetections()).isZero();
        assertThat(busy.requests()).isEqualTo(busy.refreshes());
    }

    @Test
    @Order(6)
    @DisplayName("R46 a database that swallows every packet: callers are let go, readiness is down, recovery by itself")
    void blackHole() throws Exception {
        Callers load = Callers.begin(8, () -> token(STEADY));
        await().atMost(PATIENCE).until(() -> load.served() > 20);
        PROXY.swallow();
        try (load;
                MachinePauses pauses = new MachinePauses()) {
            long began = System.nanoTime();
            List<Answer> answers = AtOnce.run(40, () -> token(STEADY));
            Duration freed = Duration.ofNanos(System.nanoTime() - began).minus(pauses.total());
            System.out.printf("R46: 40 callers were let go within %d ms%n", freed.toMillis());

            assertThat(answers).extracting(Answer::status).containsOnly(503);
            assertThat(freed).isLessThan(Duration.ofSeconds(10));
            assertThat(isReady()).isFalse();
            PROXY.pass();
            assertRecovered("R46");
            assertNothingButWaiting(load);
        } finally {
            PROXY.pass();
        }
    }

    @Test
    @Order(7)
    @DisplayName("R45 PostgreSQL is killed under load and starts again: no connection of the pool stays poisoned")
    void killed() throws Exception {
        try (Callers load = Callers.begin(8, () -> token(STEADY))) {
            await().atMost(PATIENCE).until(() -> load.served() > 20);

            CLUSTER.kill9();
            assertThat(isReady()).isFalse();
            assertThat(token(STEADY).status()).isEqualTo(503);
            CLUSTER.startAgain();
            PROXY.leadTo(CLUSTER.port());

            assertRecovered("R45 restart");
            assertNothingButWaiting(load);
        }
    }

    private static void refusesWithoutRoom(SmallDisk disk) {
        disk.fill();
        AtomicInteger apps = new AtomicInteger();
        // the last page has room for some rows, smaller ones at that
        await().atMost(Duration.ofSeconds(60))
                .until(() -> token(STEADY).status() == 503
                        && app(apps.incrementAndGet()).status() == 503);
        long rows = audited();
        String owner = "owner-" + UUID.randomUUID();

        assertThat(token(STEADY).code()).isEqualTo("store_unavailable");
        assertThat(request(owner).code()).isEqualTo("store_unavailable");
        assertThat(app(apps.get()).code()).isEqualTo("store_unavailable");
        assertThat(direct().texts("select id::text from connection where owner = ?", owner))
                .isEmpty();
        assertThat(direct().texts("select id from app where id = ?", "room-" + apps))
                .isEmpty();
        assertThat(audited()).isEqualTo(rows);

        disk.clear();
        token(STEADY).expect(200);
        request(owner).expect(201);
        app(apps.get()).expect(201);
        assertThat(audited()).isEqualTo(rows + 3);
    }

    private static Answer app(int number) {
        return RIG.admin().post("/apps", Map.of("id", "room-" + number, "name", "n", "return_urls", List.of()));
    }

    @Test
    @Order(8)
    @DisplayName("R45 the primary is lost: nothing is written to the standby until it is promoted, then all goes on")
    void failover() throws Exception {
        CLUSTER.startStandby();
        Cell cell = RIG.connect("failover", "strict", 600);
        await().atMost(PATIENCE).until(CLUSTER::isStandbyUpToDate);
        PROXY.leadTo(CLUSTER.standbyPort());
        try (Callers load = Callers.begin(8, () -> token(STEADY))) {
            await().atMost(PATIENCE).until(() -> load.served() > 20);

            CLUSTER.kill9();

            for (int i = 0; i < 5; i++) {
                assertThat(token(cell).status()).isEqualTo(503);
                assertThat(request("nobody").status()).isEqualTo(503);
            }
            assertThat(isReady()).isFalse();
            CLUSTER.promote();
            assertRecovered("R45 failover");
            assertNothingButWaiting(load);
        }
        longer(cell);
        assertThat(cell.refreshes()).isEqualTo(1);
        token(cell).expect(200);
        assertThat(RIG.tables().texts("select id::text from connection where owner = 'nobody'"))
                .isEmpty();
    }

    /** Whoever asked meanwhile got the token, or was told to ask again. */
    private static void assertNothingButWaiting(Callers load) throws InterruptedException {
        List<Answer> answers = load.end();
        assertThat(answers).extracting(Answer::status).contains(200, 503);
        assertTold(answers);
    }

    private static void assertTold(List<Answer> answers) {
        assertThat(answers)
                .filteredOn(answer -> answer.status() != 200)
                .allSatisfy(answer -> assertThat(answer.code()).as(errors()).isEqualTo("store_unavailable"))
                .allSatisfy(answer -> assertThat(answer.header("Retry-After")).isNotEmpty());
    }

    /** What the broker says of requests that failed for no known reason. */
    private static String errors() {
        return BROKER.process()
                .logText()
                .lines()
                .filter(line -> line.contains("\"ERROR\"") && line.contains("request "))
                .limit(2)
                .collect(Collectors.joining("\n"));
    }

    /** Ready again in time; then every connection of the pool works. */
    private static void assertRecovered(String what) throws Exception {
        long began = System.nanoTime();
        await().atMost(RECOVERY).until(() -> isReady() && token(STEADY).status() == 200);
        System.out.printf("%s: recovered after %d ms%n", what, (System.nanoTime() - began) / 1_000_000);
        assertThat(AtOnce.run(30, () -> token(STEADY)))
                .extracting(Answer::status)
                .containsOnly(200);
    }

    private static List<String> more(Cell cell, int count) {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            made.add(RIG.activated(cell.partner()));
        }
        return made;
    }

    private static boolean isReady() {
        return BrokerApi.anonymous(BROKER.process().baseUri())
                        .get("/q/health/ready")
                        .status()
                == 200;
    }

    private static Answer token(Cell cell) {
        return RIG.app(BROKER).post("/connections/" + cell.connection() + "/token");
    }

    private static Answer longer(Cell cell) {
        return RIG.app(BROKER).post("/connections/" + cell.connection() + "/token", LONGER);
    }

    private static Answer request(String owner) {
        return RIG.app(BROKER)
                .post(
                        "/connections",
                        Map.of(
                                "partner",
                                STEADY.partner(),
                                "owner",
                                owner,
                                "scopes",
                                List.of("read"),
                                "return_url",
                                Story.RETURN_URL));
    }

    /** The tables, past the proxy. */
    private static BrokerTables direct() {
        return new BrokerTables(TestDatabase.dataSource(CLUSTER.database()));
    }

    private static long audited() {
        return Long.parseLong(direct().texts("select count(*) from audit_event").getFirst());
    }
}
