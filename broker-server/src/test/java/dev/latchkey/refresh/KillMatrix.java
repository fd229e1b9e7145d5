package dev.latchkey.refresh;

import static org.awaitility.Awaitility.await;

import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.refresh.RefreshRig.Cell;
import dev.latchkey.testkit.BrokerApi.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.awaitility.core.ConditionTimeoutException;

/**
 * The matrix of docs/refresh-protocol: 14 points at which a process dies, times what partners do with a spent token. All
 * cells of a round are held at their points in one real broker, which then gets one SIGKILL, so that each of them sees the
 * death of its process there; the broker starts again and every cell must be what the table says. The test and {@code
 * ./latchkey faults} both run this. Not thread-safe.
 */
final class KillMatrix {

    /** R20: after the start of the next process the sweep alone settles what can be settled. */
    private static final Duration SETTLED = Duration.ofSeconds(60);

    private static final Duration ENDED = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final int LIFE = 600;
    private static final int AT_ONCE = 8;
    private static final int LONG_LIFE = 7200;
    private static final Map<String, Integer> LONGER = Map.of("min_ttl", 3600);
    /** The answer for half a minute after a renewal. */
    private static final String RENEWED_JUST_NOW = "cannot_satisfy_min_ttl";

    private static final int TRIES = 60;

    private final RefreshRig rig;
    private final Broker broker;

    KillMatrix(RefreshRig rig) {
        this.rig = rig;
        // A debugger that is asked by all at once makes operations of the vault slower than their deadline.
        this.broker = rig.start(Map.of("latchkey.vault.kv2.timeout", "PT20S"));
    }

    /** So many kills in each cell, by one SIGKILL; what came of each of them. */
    List<Victim> round(int number, int kills) {
        List<Victim> victims = connect(number, kills);
        long killed = new DeathRow(rig, broker).kill(victims);
        broker.process().startAgain();
        long ready = System.nanoTime();
        served(victims);
        recovered(victims, killed, ready);
        count(victims);
        ended(victims);
        alive(victims);
        return victims;
    }

    private List<Victim> connect(int number, int kills) {
        List<Future<Victim>> coming = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            for (int kill = 0; kill < kills; kill++) {
                for (MatrixCell place : MatrixCell.all()) {
                    String name = "k" + place.point() + "-" + place.rotation() + "-" + number + "-" + kill;
                    coming.add(threads.submit(() -> {
                        Cell cell = rig.connect(name, place.rotation(), LIFE);
                        return new Victim(place, cell, ask(cell).expect(200).text("access_token"));
                    }));
                }
            }
        }
        return coming.stream().map(Future::resultNow).toList();
    }

    /** At once after the start, whatever is open: the old token, or the new one where it had been stored. */
    private void served(List<Victim> victims) {
        each(victims, victim -> {
            Answer answer = ask(victim.cell());
            victim.require(answer.status() == 200, "is not served, but " + answer.status() + " " + answer.code());
            boolean fresh = !victim.tokenBefore()
                    .equals(answer.json().path("access_token").asText());
            victim.require(fresh || !victim.place().stored(), "is served the old token although the new one is stored");
        });
    }

    /** Without any caller: the sweep alone brings every cell to where the table wants it. */
    private void recovered(List<Victim> victims, long killed, long ready) {
        List<Victim> waiting = new ArrayList<>(victims);
        try {
            await().atMost(SETTLED).pollInterval(LOOK).ignoreExceptions().until(() -> {
                Map<String, String> standings = rig.standings();
                Duration since = Duration.ofNanos(System.nanoTime() - killed);
                waiting.removeIf(victim -> {
                    String standing = standings.get(victim.cell().connection());
                    boolean there =
                            (victim.place().ambiguous() ? "refresh_ambiguous" : "active settled").equals(standing);
                    if (there) {
                        victim.recovered(since, victim.place().ambiguous());
                    }
                    return there;
                });
                return waiting.isEmpty();
            });
        } catch (ConditionTimeoutException e) {
            Map<String, String> standings = rig.standings();
            Duration since = Duration.ofNanos(System.nanoTime() - ready);
            waiting.forEach(victim -> victim.require(
                    false,
                    "is " + standings.get(victim.cell().connection()) + " " + since.toSeconds()
                            + " s after the start"));
        }
    }

    private void count(List<Victim> victims) {
        each(victims, victim -> {
            MatrixCell place = victim.place();
            long calls = victim.cell().requests();
            long spent = victim.cell().reuseDetections();
            victim.called(Math.max(0, calls - 1), spent);
            victim.require(spent == 0, "a spent token was sent " + spent + " times");
            victim.require(calls <= place.mostCalls(), "the partner was asked " + calls + " times");
            if (!place.intentOpen() || place.ambiguous()) {
                long acted = victim.cell().refreshes();
                victim.require(acted == (place.partnerActed() ? 1 : 0), "the partner has acted " + acted + " times");
            }
        });
    }

    /** The old access tokens of the ambiguous end: one more attempt decides. */
    private void ended(List<Victim> victims) {
        List<Victim> waiting =
                new ArrayList<>(victims.stream().filter(Victim::isAmbiguous).toList());
        rig.tables()
                .change("update connection set token_expires_at = now(), refresh_due_at = now()"
                        + " where status = 'active' and reason = 'refresh_ambiguous'");
        try {
            await().atMost(ENDED).pollInterval(LOOK).ignoreExceptions().until(() -> {
                Map<String, String> standings = rig.standings();
                waiting.removeIf(victim -> (victim.place().lost() ? "needs_reauth settled" : "active settled")
                        .equals(standings.get(victim.cell().connection())));
                return waiting.isEmpty();
            });
        } catch (ConditionTimeoutException e) {
            Map<String, String> standings = rig.standings();
            waiting.forEach(victim -> victim.require(
                    false, "is " + standings.get(victim.cell().connection()) + " after the end of its token"));
        }
        each(victims.stream().filter(Victim::isAmbiguous).toList(), this::told);
    }

    private void told(Victim victim) {
        int wanted = victim.place().lost() ? 1 : 0;
        if (wanted == 1) {
            victim.lose();
        }
        int told = rig.audited(victim.cell(), "connection_needs_reauth");
        victim.require(told == wanted, "its end is noted " + told + " times");
        long spent = victim.cell().reuseDetections();
        victim.require(spent == wanted, "the last attempt was made " + spent + " times");
    }

    /** Whoever is not lost can be renewed: the newest refresh token is where it belongs. */
    private void alive(List<Victim> victims) {
        each(victims.stream().filter(victim -> !victim.isLost()).toList(), victim -> {
            Cell cell = victim.cell();
            long before = cell.refreshes();
            cell.tokensLive(LONG_LIFE); // so that only another renewal gives what is asked for
            Answer answer = askForLonger(cell);
            for (int again = 0; answer.code().equals(RENEWED_JUST_NOW) && again < TRIES; again++) {
                LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
                answer = askForLonger(cell);
            }
            victim.require(
                    answer.status() == 200, "is not renewed any more, but " + answer.status() + " " + answer.code());
            long more = cell.refreshes() - before;
            victim.require(more == 1, "is renewed " + more + " times at once");
            victim.require(cell.reuseDetections() == 0, "a spent token was sent in the end");
            victim.require(rig.standing(cell).equals("active"), "is " + rig.standing(cell) + " in the end");
        });
    }

    private Answer askForLonger(Cell cell) {
        return rig.app(broker).post("/connections/" + cell.connection() + "/token", LONGER);
    }

    private Answer ask(Cell cell) {
        return rig.app(broker).post("/connections/" + cell.connection() + "/token");
    }

    private static void each(List<Victim> victims, Consumer<Victim> check) {
        Semaphore free = new Semaphore(AT_ONCE);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            victims.forEach(victim -> threads.execute(() -> {
                free.acquireUninterruptibly();
                try {
                    check.accept(victim);
                } catch (RuntimeException | AssertionError e) {
                    victim.require(false, e.toString());
                } finally {
                    free.release();
                }
            }));
        }
    }
}
