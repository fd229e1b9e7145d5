package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.audit.Actor;
import dev.latchkey.connection.Connection;
import dev.latchkey.connection.ConnectionStatus;
import dev.latchkey.connection.Connections;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.refresh.ReplicaParts.Replica;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.MutableClock;
import dev.latchkey.testkit.Story;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** One connection at a strict partner, three replicas, and everything that can happen to them. */
final class RenewalWorld implements AutoCloseable {

    private static final Actor ACTOR = Actor.system("test", "test");
    private static final Duration LIFE = Duration.ofMinutes(10);
    private static final KillPoint[] POINTS = KillPoint.values();
    /** Where the most depends on what is done next. */
    private static final KillPoint[] DANGEROUS = {KillPoint.K4, KillPoint.K9, KillPoint.K10};

    /** What a caller may be told while replicas hang and connections change. */
    private static final Set<String> PASSING =
            Set.of("conflict", "vault_unavailable", "not_found", "connection_not_active");

    /** What can happen, and how often. */
    private enum Step {
        HAND_OUT(30),
        RENEW(12),
        END_TOKEN(10),
        END_LEASES(8),
        TAKE_OVER(8),
        SWEEP(6),
        KILL(9),
        FREEZE(8),
        THAW(10),
        REVOKE(2),
        RECONNECT(5),
        OVERTAKE(4),
        STAND_STILL(3),
        SETTLE(4);

        private final int weight;

        Step(int weight) {
            this.weight = weight;
        }

        static Step random(Random random) {
            int left = random.nextInt(
                    Stream.of(values()).mapToInt(step -> step.weight).sum());
            for (Step step : values()) {
                left -= step.weight;
                if (left < 0) {
                    return step;
                }
            }
            throw new IllegalStateException();
        }
    }

    /** What cannot be done to a connection that has ended. */
    private static final Set<Step> CHANGES = Set.of(Step.REVOKE, Step.RECONNECT, Step.OVERTAKE);

    /**
     * Somebody who has not been answered yet: by whom, under which grant he asked, the oldest version he may be given, the
     * newest token that there was, and whether somebody hung whom he may have to wait for.
     */
    private record Call(
            Replica by,
            int grant,
            Future<HeldToken> answer,
            int oldestAllowed,
            Optional<HeldToken> newest,
            boolean mayWait) {

        /** Not by its version alone: a rewrite in place, perhaps by one who died then, makes a new one of the same token. */
        boolean isOlder(HeldToken token) {
            return token.kvVersion() < oldestAllowed
                    && newest.filter(token::isSameAs).isEmpty();
        }
    }

    private final ReplicaParts parts;
    private final Connections connections;
    private static final String SWEEP_JOB = "refresh-recovery";

    private final BrokerTables tables;
    private final Random random;
    private final Story story = new Story().partner(Map.of());
    private final Story.App app = story.app("shop");
    private final MutableClock clock = MutableClock.standing();
    private final List<Replica> replicas = new ArrayList<>();
    private final List<Replica> dead = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();
    private final List<String> history = new ArrayList<>();
    private final Map<Step, Integer> counted = new EnumMap<>(Step.class);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private Reference reference = new Reference();
    private Duration ahead = Duration.ZERO;
    private Optional<HeldToken> newest = Optional.empty();
    private String connection = "";
    private String family = "";
    private int grant;

    RenewalWorld(ReplicaParts parts, Connections connections, BrokerTables tables, Random random) {
        this.parts = parts;
        this.connections = connections;
        this.tables = tables;
        this.random = random;
        for (int i = 0; i < 3; i++) {
            replicas.add(parts.start(clock));
        }
    }

    void run(int steps) {
        try {
            connect();
            for (int step = 0; step < steps; step++) {
                boolean over = reference.isRevoked() && random.nextInt(4) == 0;
                make(over ? Step.SETTLE : Step.random(random));
            }
            make(Step.SETTLE);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(e.getMessage() + " after " + history, e);
        }
    }

    private void make(Step step) {
        history.add(step.name());
        if (reference.isRevoked() && CHANGES.contains(step)) {
            return;
        }
        counted.merge(step, 1, Integer::sum);
        clock.set(Instant.now().plus(ahead));
        switch (step) {
            case HAND_OUT -> handOut(replica());
            case RENEW -> renew(replica());
            case END_TOKEN -> endToken();
            case END_LEASES -> endLeases();
            case TAKE_OVER -> takeOver();
            case SWEEP -> sweep(replica());
            case KILL -> kill(random.nextInt(replicas.size()));
            case FREEZE -> freeze(replica(), point());
            case THAW -> replicas.forEach(replica -> replica.points().thaw());
            case REVOKE -> revoke();
            case RECONNECT -> reconnect();
            case OVERTAKE -> overtake();
            case STAND_STILL -> standStill();
            case SETTLE -> settle();
        }
        look();
    }

    private void connect() {
        partnersLife();
        connection = story.active(app, "read");
        reference = new Reference();
        newest = Optional.empty();
        granted();
    }

    private void granted() {
        family = story.family();
        grant++;
    }

    private void handOut(Replica replica) {
        call(replica, reference.oldestAllowed(), () -> replica.tokens().get(usable(), Duration.ZERO, ACTOR));
    }

    private void renew(Replica replica) {
        UUID id = id();
        call(replica, 0, () -> replica.renewals().await(id, found -> false, ACTOR));
    }

    private void sweep(Replica replica) {
        UUID id = id();
        call(replica, 0, () -> replica.renewals().await(id, found -> true, ACTOR));
    }

    /** The access tokens that there are have ended, and the next ones live. */
    private void endToken() {
        if (ahead.plus(LIFE.multipliedBy(2)).compareTo(Duration.ofDays(1)) > 0) {
            return;
        }
        ahead = ahead.plus(LIFE);
        clock.set(Instant.now().plus(ahead));
        partnersLife();
        tables.change("update connection set token_expires_at = now() - interval '1 second' where id = ?", id());
        reference.accessTokenEnded();
    }

    /** More time passes than a lease or a pause lasts. */
    private void endLeases() {
        tables.change("update connection set lease_until = null, retry_at = null where id = ?", id());
    }

    /** Whoever hangs is taken for dead, and another renews. */
    private void takeOver() {
        endLeases();
        replicas.stream()
                .filter(replica -> !replica.points().isFrozen())
                .findAny()
                .ifPresent(this::renew);
    }

    private KillPoint point() {
        KillPoint[] points = random.nextInt(3) == 0 ? DANGEROUS : POINTS;
        return points[random.nextInt(points.length)];
    }

    private void kill(int index) {
        Replica mortal = replicas.get(index);
        mortal.points().freezeAt(point());
        renew(mortal);
        mortal.points().kill();
        calls.removeIf(call -> call.by() == mortal);
        dead.add(mortal);
        replicas.set(index, parts.start(clock));
    }

    private void freeze(Replica replica, KillPoint... points) {
        if (!replica.points().isFrozen()) {
            replica.points().freezeAt(points[random.nextInt(points.length)]);
            renew(replica);
        }
    }

    private void revoke() {
        story.approver().post("/connections/" + connection + "/revoke").expect(200);
        reference.revoked();
    }

    private void reconnect() {
        URI back = story.consented(story.atConsent(story.connectUrl(app, connection)));
        // A renewal that stores at the same moment makes it a conflict, and the app confirms again.
        await().atMost(Duration.ofSeconds(60))
                .until(() -> app.api()
                                .post(
                                        "/connections/" + connection + "/confirm",
                                        Map.of("handle", Story.query(back).get("handle")))
                                .status()
                        == 200);
        reference.connected();
        granted();
    }

    /**
     * Who has the partner's answer, and has not stored or noted it, wakes up after the end of the connection, or under
     * another grant; perhaps while somebody else hangs who has an answer under that.
     */
    private void overtake() {
        Replica slow = replica();
        freeze(slow, KillPoint.K9, KillPoint.K10, KillPoint.K11, KillPoint.K12);
        if (random.nextInt(4) == 0) {
            revoke();
            slow.points().thaw();
            return;
        }
        reconnect();
        if (random.nextBoolean()) {
            endLeases();
            freeze(replica(), KillPoint.K9, KillPoint.K10);
        }
        slow.points().thaw();
        awaitCalls(Duration.ofMillis(500));
        takeOver();
    }

    /** Who was about to hand out a token, and had others join him, wakes up when that is not the newest any more. */
    private void standStill() {
        Replica slow = replica();
        freeze(slow, KillPoint.K13, KillPoint.K14);
        takeOver();
        endToken();
        handOut(slow);
        slow.points().thaw();
    }

    /** All that hangs goes on or is found dead, and then the connection must be what the reference allows. */
    private void settle() {
        replicas.forEach(replica -> replica.points().thaw());
        awaitCalls(Duration.ofSeconds(2));
        look();
        endLeases();
        awaitCalls(Duration.ofSeconds(30));
        if (reference.isRevoked()) {
            assertEnded();
            connect();
        } else {
            sweep(parts.start(clock)); // finds what the dead have left
            awaitCalls(Duration.ofSeconds(30));
            assertAlive();
        }
        dead.forEach(replica -> replica.points().bury());
        dead.clear();
    }

    private void assertEnded() {
        assertThat(current().status()).isEqualTo(ConnectionStatus.REVOKED);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> tables.vaultPathsOf(connection).isEmpty());
        assertThat(StreamSupport.stream(story.control().families().spliterator(), false)
                        .filter(known -> known.path("family").asText().equals(family))
                        .noneMatch(known -> known.path("alive").asBoolean()))
                .as("the newest grant is over at the partner")
                .isTrue();
    }

    private void assertAlive() {
        assertThat(current().reason().isEmpty() || reference.mayBeOpen() || reference.mayBeLost())
                .as("open without a cause: " + current().reason())
                .isTrue();
        tables.holdBack(
                SWEEP_JOB); // it would renew what can be sent when the token has ended, and nobody would count it
        try {
            endToken();
            endLeases();
            look();
            assertRenewable();
        } finally {
            tables.hurry(SWEEP_JOB);
        }
    }

    private void assertRenewable() {
        long before = story.control().refreshes(family);
        long known = story.control().count(story.sandboxName(), "refresh");
        try {
            HeldToken token = fresh();
            assertThat(token.kvVersion()).isGreaterThan(reference.oldestAllowed());
            assertThat(story.control().refreshes(family)).isEqualTo(before + 1);
            assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(known + 1);
            assertThat(token.remaining(clock.instant())).isPositive();
            handedOut(token);
            reference.healthy();
        } catch (BrokerException e) {
            assertThat(reference.mayBeLost()).as("lost: " + e.type()).isTrue();
            assertThat(e.type().code()).isEqualTo("needs_reauth");
            reconnect();
        }
    }

    /**
     * What a new replica hands out. A renewal of a dead one that waited for its turn may have got it, and goes nowhere with
     * it: its lease ends, as that of a dead process would.
     */
    private HeldToken fresh() {
        Replica replica = parts.start(clock);
        for (int dying = dead.size(); ; dying--) {
            try {
                return replica.tokens().get(current(), Duration.ZERO, ACTOR);
            } catch (BrokerException e) {
                if (e.type() != ProblemType.REFRESH_IN_PROGRESS || dying == 0) {
                    throw e;
                }
                endLeases();
            }
        }
    }

    private void call(Replica by, int oldestAllowed, Supplier<HeldToken> what) {
        boolean somebodyHangs =
                !dead.isEmpty() || replicas.stream().anyMatch(it -> it.points().isFrozen());
        // Who has woken up may lose its lease before it has sent, and then those who joined it ask again.
        boolean mayWait = somebodyHangs || !calls.isEmpty();
        Call call = new Call(by, grant, threads.submit(what::get), oldestAllowed, newest, mayWait);
        calls.add(call);
        awaitCall(call, Duration.ofMillis(somebodyHangs ? 200 : 30_000));
    }

    private void handedOut(HeldToken token) {
        reference.handedOut(token.kvVersion(), token.remaining(clock.instant()).isPositive());
        if (newest.filter(it -> it.kvVersion() >= token.kvVersion()).isEmpty()) {
            newest = Optional.of(token);
        }
    }

    private void awaitCalls(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        List.copyOf(calls).forEach(call -> awaitCall(call, Duration.ofNanos(Math.max(1, end - System.nanoTime()))));
    }

    private void awaitCall(Call call, Duration patience) {
        try {
            HeldToken token = call.answer().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            calls.remove(call);
            if (call.grant() == grant) {
                assertThat(call.isOlder(token))
                        .as("R15 no older generation: " + token.kvVersion() + " after " + call.oldestAllowed())
                        .isFalse();
                handedOut(token);
            }
        } catch (TimeoutException e) {
            look();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            calls.remove(call);
            look();
            assertPassing(call, e.getCause());
        }
    }

    private void assertPassing(Call call, @Nullable Throwable failure) {
        if (!(failure instanceof BrokerException problem)) {
            throw new AssertionError("a caller was told nonsense", failure);
        }
        String code = problem.type().code();
        boolean allowed = PASSING.contains(code)
                || call.grant() != grant
                || code.equals("refresh_in_progress") && call.mayWait()
                || code.equals("outcome_unknown") && reference.mayBeOpen()
                || code.equals("needs_reauth") && reference.mayBeLost();
        assertThat(allowed).as("a caller was told " + code).isTrue();
    }

    /** Tells the reference who hangs where, and the partner's opinion of us. */
    private void look() {
        for (Replica replica : dead) {
            ArmedPoints points = replica.points();
            if (points.isBetweenSendingAndStoring()) {
                reference.somebodyHangs(points.isAt(KillPoint.K9) || points.isAt(KillPoint.K10), true);
            }
        }
        for (Replica replica : replicas) {
            if (replica.points().isBetweenSendingAndStoring()) {
                reference.somebodyHangs(true, false);
            }
        }
        long reuse = story.control()
                .counters()
                .path("families")
                .path(family)
                .path("reuse_detections")
                .asLong();
        assertThat(reuse == 0 || reference.mayBeLost())
                .as("no refresh token is sent twice")
                .isTrue();
    }

    private void partnersLife() {
        story.control()
                .settings(
                        story.sandboxName(),
                        Map.of(
                                "rotation",
                                "strict",
                                "access_token_seconds",
                                ahead.plus(LIFE).toSeconds()));
    }

    private Connection current() {
        return connections.find(id()).orElseThrow();
    }

    /** As the one who hands out tokens looks at it first. */
    private Connection usable() {
        Connection now = current();
        return switch (now.status()) {
            case ACTIVE -> now;
            case NEEDS_REAUTH -> throw RefreshProtocol.needsReauth("test");
            default -> throw BrokerException.notFound();
        };
    }

    private UUID id() {
        return UUID.fromString(connection);
    }

    private Replica replica() {
        return replicas.get(random.nextInt(replicas.size()));
    }

    @Override
    public void close() {
        replicas.forEach(replica -> replica.points().bury());
        dead.forEach(replica -> replica.points().bury());
        threads.shutdownNow();
    }

    @Override
    public String toString() {
        return counted.toString();
    }
}
